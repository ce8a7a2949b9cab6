// Package nearest finds the word that somebody may have meant who mistyped it.
package nearest

import (
	"iter"
	"strings"
)

// Of returns the known word that is likely meant by a word that is none of them, or
// "". It is at most two typing errors away, one for a short word, where case and
// separators do not count. Words that differ in their digits alone are as likely two
// things as one mistyped, and are not taken for each other.
func Of(word string, known iter.Seq[string]) string {
	flat := Flat(word)
	nearest, best := min(2, 1+len(flat)/4)+1, ""
	for k := range known {
		other := Flat(k)
		if difference := len(other) - len(flat); difference > nearest || -difference > nearest {
			continue
		}
		d := distance(flat, other)
		if d > nearest || d == nearest && (best == "" || k > best) || d >= len(flat) || d > 0 && letters(flat) == letters(other) {
			continue
		}
		nearest, best = d, k
	}
	return best
}

// Flat takes out what spellings of one word differ in: case and separators.
func Flat(word string) string { return separators.Replace(strings.ToLower(word)) }

var separators = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

func letters(word string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, word)
}

// distance is the number of bytes to insert, delete or replace to make b of a, or a
// large number for texts that are far too long to be a mistyped word.
func distance(a, b string) int {
	const longest = 60
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var row [longest + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

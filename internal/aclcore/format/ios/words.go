package ios

import "strings"

// words is a line cut at blanks, and a place in it. Keywords are compared in lower
// case, as the devices do; names keep their case.
type words struct {
	raw, low []string
	start    []int // where each word starts in the line
	at       int
}

// cut splits text into w, reusing its memory.
func (w *words) cut(text string) {
	w.raw, w.low, w.start, w.at = w.raw[:0], w.low[:0], w.start[:0], 0
	for i := 0; i < len(text); {
		if isBlank(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && !isBlank(text[i]) {
			i++
		}
		w.raw = append(w.raw, text[start:i])
		w.low = append(w.low, lower(text[start:i]))
		w.start = append(w.start, start)
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' }

// lower is strings.ToLower without the work for text that is lower case already.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' || s[i] >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

// peek returns the next word in lower case, "" at the end.
func (w *words) peek() string { return w.ahead(0) }

// ahead returns the word n places after the next one in lower case, "" if there
// is none.
func (w *words) ahead(n int) string {
	if w.at+n < len(w.low) {
		return w.low[w.at+n]
	}
	return ""
}

// next returns the next word as it is written and steps over it, "" at the end.
func (w *words) next() string {
	if w.at >= len(w.raw) {
		return ""
	}
	w.at++
	return w.raw[w.at-1]
}

// skip steps over n words.
func (w *words) skip(n int) { w.at = min(w.at+n, len(w.raw)) }

// take steps over the next word if it is keyword.
func (w *words) take(keyword string) bool {
	if w.peek() != keyword {
		return false
	}
	w.at++
	return true
}

func (w *words) done() bool { return w.at >= len(w.raw) }

// rest returns the words that are left, and steps to the end.
func (w *words) rest() string {
	text := strings.Join(w.raw[w.at:], " ")
	w.at = len(w.raw)
	return text
}

// span returns n words from the next one on, and steps over them.
func (w *words) span(n int) string {
	end := min(w.at+n, len(w.raw))
	text := strings.Join(w.raw[w.at:end], " ")
	w.at = end
	return text
}

// number reads a decimal number of at most 10 digits.
func number(text string) (int64, bool) {
	if text == "" || len(text) > 10 {
		return 0, false
	}
	var n int64
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(text[i]-'0')
	}
	return n, true
}

// startsWithDigit reports whether the word can only be meant as a number.
func startsWithDigit(word string) bool { return word != "" && word[0] >= '0' && word[0] <= '9' }

// Package shell writes words of commands for a POSIX shell.
package shell

import "strings"

// Quote writes a word so that a shell takes it as it is.
func Quote(word string) string {
	plain := strings.IndexFunc(word, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r))
	}) < 0
	if plain && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

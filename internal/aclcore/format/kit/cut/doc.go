// Package cut takes rules out of a text by the lines that they start on, so that the
// text can be read again as the device has it once they are deleted. What it cannot cut
// for sure is an error: nothing is then proven.
package cut

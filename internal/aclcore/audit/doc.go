// Package audit says what the rules of a list are for: which of them decide nothing,
// which change nothing, which permit what no declared flow wants, and which flows each of
// them serves. A rule is judged by the packets that it decides, not by all that it matches.
//
// What reads as one rule in a device's text can be several here, one after the other with
// the same line; they are judged together, as a unit.
package audit

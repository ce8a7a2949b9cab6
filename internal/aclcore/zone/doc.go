// Package zone tells which zone an address is in. Zones are declared as lists of
// addresses; where one lies within another the innermost decides, which for prefixes
// is the longest.
package zone

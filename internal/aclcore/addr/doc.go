// Package addr holds IP addresses as sets: what one written address means
// ([Parse], [Wildcard]) and the exact algebra on sets of them ([Set]).
package addr

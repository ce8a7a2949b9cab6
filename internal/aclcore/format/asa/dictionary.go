package asa

import "net/netip"

// dictionary holds what a text defines by name, and reads entries with it once the whole
// text is known.
type dictionary struct {
	names           map[string]netip.Addr
	objects, groups map[string]*definition
	// forgotten is the last command that removed definitions.
	forgotten sourceLine
	// services are those of arguments that were read before.
	services map[serviceArg]services
	budget   budget
}

func newDictionary(textSize int) dictionary {
	return dictionary{
		names:    make(map[string]netip.Addr),
		objects:  make(map[string]*definition),
		groups:   make(map[string]*definition),
		services: make(map[serviceArg]services),
		budget:   newBudget(textSize),
	}
}

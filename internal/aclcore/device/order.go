package device

// Order is what the devices of one format do with a packet that crosses them: data
// that a format states once, with the vendor's document that says so.
type Order struct {
	// Steps are what happens to a packet that enters by one interface and leaves by
	// another, in this order.
	Steps []Step
	// Stateless says that the packets which answer a connection meet the lists on their
	// way back. Where it is false that holds for lists alone that are [List.Stateless].
	Stateless bool
	// Absent is what happens where no list filters a crossing.
	Absent Absent
	// Guards says that the lists filter for the interfaces' own addresses, and nothing
	// that only crosses the device.
	Guards bool
	// ReversePath says that a packet is dropped whose reply would be translated where the
	// packet was not: one from outside to the real address of a host that is translated
	// towards the outside (ASA, syslog 305013).
	ReversePath bool
	// RepliesTranslated says that a reply is translated by the rules that match it, also
	// where the packet was not translated, so that the client does not know it (IOS).
	RepliesTranslated bool
	// ToByOriginal says that [Translation.To] is where the packet would leave by its
	// destination before the translation, not after it (PAN-OS).
	ToByOriginal bool
	// OneSearch says that one rule decides about source and destination: the first that
	// matches the packet as it enters (PAN-OS, Check Point).
	OneSearch bool
	// NoProxyARP says that the device answers ARP for addresses that it has, and not for
	// others because it translates them: these have to be routed to it (Linux, pf).
	NoProxyARP bool
	// Source names the vendor's document.
	Source string
}

// Step is one thing that a device does with a packet.
type Step uint8

// The steps.
const (
	// FilterIn asks the lists of the interface that the packet enters by (StageIn).
	FilterIn Step = iota
	// FilterLevels compares the security levels of the two interfaces where no list
	// filters what enters.
	FilterLevels
	// FilterBetween asks the lists for this pair of interfaces or zones (StageBetween).
	FilterBetween
	// FilterOut asks the lists of the interface that it leaves by (StageOut).
	FilterOut
	// TranslateDestination and TranslateSource apply Document.Translations.
	TranslateDestination
	TranslateSource
)

// String names the step.
func (s Step) String() string {
	return [...]string{
		FilterIn: "input list", FilterLevels: "security levels", FilterBetween: "list between", FilterOut: "output list",
		TranslateDestination: "translate destination", TranslateSource: "translate source",
	}[s]
}

// Absent is what a device does where it has no list.
type Absent uint8

// The answers to a missing list.
const (
	// Undecided: it cannot be known.
	Undecided Absent = iota
	// Passes: everything passes.
	Passes
)

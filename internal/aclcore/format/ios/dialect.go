package ios

// Dialect is one of the languages, by its format name.
type Dialect string

// The dialects.
const (
	// IOS is Cisco IOS and IOS-XE, and Arista EOS.
	IOS Dialect = "cisco_ios"
	// NXOS is Cisco NX-OS.
	NXOS Dialect = "cisco_nxos"
	// XR is Cisco IOS-XR.
	XR Dialect = "cisco_xr"
)

// title returns what people call the dialect.
func (d Dialect) title() string {
	switch d {
	case NXOS:
		return "NX-OS"
	case XR:
		return "IOS-XR"
	}
	return "IOS or EOS"
}

// emptyMeans tells what is known of a list without entries where it is applied.
func (d Dialect) emptyMeans() string {
	if d == IOS {
		return "IOS then permits everything where it is applied, but not all platforms and releases do"
	}
	return "the manuals of " + d.title() + " do not say whether everything is then permitted or denied where it is applied"
}

// manyPorts reports whether eq and neq take several ports. NX-OS and XR take one.
func (d Dialect) manyPorts() bool { return d == IOS }

// enter returns the command that enters a list; kind is standard, extended, or
// empty where the file has neither, as EOS does.
func (d Dialect) enter(key listKey, kind string) string {
	command := "ip access-list "
	switch {
	case key.v6:
		command = "ipv6 access-list "
	case d == XR:
		command = "ipv4 access-list "
	}
	if kind != "" && d == IOS {
		command += kind + " "
	}
	return command + key.name
}

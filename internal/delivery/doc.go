// Package delivery brings rules of ours to a device, by a command that takes a script,
// and takes them out again.
//
// The additions file is the ledger: what is ours on a device stands there before it is
// sent, and leaves it after the device has it no more. So whatever is killed at whatever
// instant, the next delivery reads what the device has, finds what is ours by name and
// content, and goes on from there.
//
//	[Device.State]    what the device has: its lists without ours, and which of ours
//	[Device.Deliver]  makes an owner have exactly those rules on the device
//	[Compile]         the script for a text, and the one that takes it back
//
// One delivery is made at a time for each device; orders that come meanwhile go together
// into the next one. A delivery is done when the device, read again, has exactly the lists
// that the script was proven to make.
package delivery

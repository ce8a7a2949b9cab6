// Package script writes what a list of a device needs of our rules, as one script in the
// device's own language, and the script that takes it back.
//
// A rule of ours is found again by its name and its content: by the name that its comment
// or its policy has on the device, where the language has such names, and always by what
// it says. So nobody else's rule is ever taken for one of ours, and one of ours that
// somebody has changed is not.
//
//	[List.Find]   which of our rules a list has, and the list without them
//	[List.Write]  the commands that put rules in and take rules out, proven
//	[Compare]     how a list differs from the one that it was to become
//
// Every script is made to the text, and the text is read again: the list has to be the
// old one without what was taken out and with what was put in, where it was put, and
// nothing else. What cannot be shown so is not written.
package script

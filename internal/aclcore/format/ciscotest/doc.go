// Package ciscotest holds a second opinion on the entries of Cisco access lists: a slow
// and plain reader, for tests alone, with which the readers of ASA, IOS, NX-OS and XR are
// compared over all corpora and by fuzzing, as those of Linux are with the kernel.
//
// The plain reader knows nothing of broken text, of groups or of names that are not
// common, and shares no code with the others: it tests packets one by one, with numbers,
// and has no sets. Of what it does not know it has no opinion.
package ciscotest

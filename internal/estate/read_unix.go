//go:build unix

package estate

import "syscall"

// nonblocking has the opening of a pipe return at once.
const nonblocking = syscall.O_NONBLOCK

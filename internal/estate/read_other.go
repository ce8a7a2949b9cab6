//go:build !unix

package estate

// nonblocking is nothing where the opening of a file does not wait.
const nonblocking = 0

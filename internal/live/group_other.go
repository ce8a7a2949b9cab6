//go:build !unix

package live

import (
	"os"
	"os/exec"
)

func group(*exec.Cmd) {}

// askGroup ends the program: there is no signal that asks.
func askGroup(p *os.Process) { killGroup(p) }

// killGroup ends the program. What it started is left to itself on this system; the
// output is closed all the same.
func killGroup(p *os.Process) { _ = p.Kill() }

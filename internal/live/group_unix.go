//go:build unix

package live

import (
	"os"
	"os/exec"
	"syscall"
)

// group has the program run in a session of its own, so that it and all that it starts
// can be ended together, and nothing of it can ask at the terminal for a password.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// askGroup asks the program and all that it started to end.
func askGroup(p *os.Process) { signalGroup(p, syscall.SIGTERM) }

// killGroup ends the program and all that it started.
func killGroup(p *os.Process) { signalGroup(p, syscall.SIGKILL) }

func signalGroup(p *os.Process, s syscall.Signal) {
	_ = syscall.Kill(-p.Pid, s) // there may be nobody left
}

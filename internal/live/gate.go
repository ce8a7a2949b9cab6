package live

import "fmt"

// EnvCommands names the environment variable that has to be [CommandsAllowed] for a
// program to be run.
const EnvCommands = "ACL_COMMANDS"

// CommandsAllowed is the value of [EnvCommands] that lets programs run.
const CommandsAllowed = "allow"

// A Gate says whether programs may be run: the environment decides, and never the
// configuration. Whoever may change a configuration could otherwise run what they like
// wherever it is planned. The zero value runs nothing.
type Gate struct {
	allowed bool
	// value is what the variable holds instead.
	value string
}

// NewGate asks the environment, which getenv reads: os.Getenv, or a test's.
func NewGate(getenv func(string) string) Gate {
	value := getenv(EnvCommands)
	return Gate{allowed: value == CommandsAllowed, value: value}
}

// Check returns nil where programs may be run, and else a [*GateError].
func (g Gate) Check() error {
	if g.allowed {
		return nil
	}
	return &GateError{set: g.value != ""}
}

// A GateError says that programs may not be run here, and how to allow it.
type GateError struct{ set bool }

func (e *GateError) Error() string {
	state := "is not set"
	if e.set {
		state = "holds something else"
	}
	// The value is not repeated: somebody may have put a secret there by mistake.
	return fmt.Sprintf("commands are not allowed: the environment variable %s %s. "+
		"A command runs with the rights of whoever runs Terraform, so that only the environment can allow it, and not the configuration: "+
		"set %s=%s where everybody who can change the configuration may run programs, and not in a pipeline that plans pull requests of others",
		EnvCommands, state, EnvCommands, CommandsAllowed)
}

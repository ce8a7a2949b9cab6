// Command talk opens a TCP connection, or waits for some: "talk listen :443" answers until
// it is ended, "talk connect 10.2.0.7:443" ends with exit status 0 if it is answered, and
// with 1 if it is not. The demo of deliveries uses it, where no other program is sure to be
// there.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// patience is how long a connection may take.
const patience = time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "talk:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("write talk listen ADDRESS, or talk connect ADDRESS")
	}
	if args[0] == "connect" {
		c, err := net.DialTimeout("tcp", args[1], patience)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := net.Listen("tcp", args[1])
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		_ = c.Close() // it was answered
	}
}

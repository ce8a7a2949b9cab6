// Command businessflow runs the AlgoSec server of package algosectest on a
// loopback address, with the applications of its Demo, for the examples.
//
//	go run ./internal/algosec/algosectest/cmd/businessflow -- terraform -chdir=examples/algosec plan
//	go run ./internal/algosec/algosectest/cmd/businessflow
//
// Given a command, it runs that with the environment variables that point the
// provider to the server, and ends with it. Without, it prints them for a shell
// and serves until it is interrupted. Nothing outlives it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "businessflow:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (int, error) {
	flags := flag.NewFlagSet("businessflow", flag.ContinueOnError)
	address := flags.String("address", "127.0.0.1:0", "`host:port` to listen on")
	latency := flags.Duration("latency", 0, "`duration` by which every reply is delayed")
	implement := flags.Duration("implement", 0, "`duration` after which change requests are implemented and closed; 0 leaves them open")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	s, err := algosectest.Start(algosectest.Options{Address: *address, Latency: *latency})
	if err != nil {
		return 1, err
	}
	defer s.Close()
	s.Demo()
	if *implement > 0 {
		go closeTickets(ctx, s, *implement)
	}

	env := [][2]string{
		{"ALGOSEC_URL", s.URL},
		{"ALGOSEC_USERNAME", algosectest.Username},
		{"ALGOSEC_PASSWORD", algosectest.Password},
		{"ALGOSEC_CA_CERTIFICATE", s.CA},
	}
	if flags.NArg() == 0 {
		for _, kv := range env {
			fmt.Printf("export %s='%s'\n", kv[0], strings.ReplaceAll(kv[1], "'", `'\''`))
		}
		<-ctx.Done()
		return 0, nil
	}
	return command(ctx, flags.Args(), env)
}

// command runs args and returns their exit code.
func command(ctx context.Context, args []string, env [][2]string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	for _, kv := range env {
		cmd.Env = append(cmd.Env, kv[0]+"="+kv[1])
	}
	// An interrupt from the terminal reaches the command as well: let it end.
	cmd.Cancel = func() error { return nil }
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// closeTickets closes every change request that was open for as long.
func closeTickets(ctx context.Context, s *algosectest.Server, after time.Duration) {
	due := make(map[int64]time.Time)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-time.After(max(after/10, time.Millisecond)):
			for _, t := range s.Tickets() {
				if _, known := due[t.ID]; !known {
					due[t.ID] = now.Add(after)
				}
				if t.Open && now.After(due[t.ID]) {
					s.CloseTicket(t.ID)
				}
			}
		}
	}
}

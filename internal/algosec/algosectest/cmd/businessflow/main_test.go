package main

import (
	"context"
	"os/exec"
	"testing"
)

// The command is run with the server's address, certificate and credentials, and
// its exit code is ours.
func TestRunsCommand(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	const script = `test -n "$ALGOSEC_CA_CERTIFICATE" && test -n "$ALGOSEC_USERNAME$ALGOSEC_PASSWORD" && case $ALGOSEC_URL in https://127.0.0.1:*) exit 7;; esac`
	if code, err := run(context.Background(), []string{"-implement", "1ms", "--", "sh", "-c", script}); code != 7 || err != nil {
		t.Error(code, err)
	}
	if code, err := run(context.Background(), []string{"no such command"}); code != 1 || err == nil {
		t.Error(code, err)
	}
	if code, err := run(context.Background(), []string{"-address", "nowhere:-1"}); code != 1 || err == nil {
		t.Error(code, err)
	}
}

package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// How long a program may take to end after it is asked to, and what it left to close
// the output after it has ended.
const (
	graceTime = 2 * time.Second
	drainTime = 2 * time.Second
)

// run starts the program, reads what it writes, and ends it.
func (c Command) run(ctx context.Context, cmd *exec.Cmd) (Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout(), ErrTimeout)
	defer cancel()
	if ctx.Err() != nil {
		return Result{}, c.failure("was not run: the operation is canceled", "", context.Cause(ctx))
	}
	output, err := newReader(c.maxOutput(), false)
	if err != nil {
		return Result{}, c.failure("cannot be run: "+err.Error(), "", err)
	}
	defer output.close()
	complaint, err := newReader(maxComplaint, true)
	if err != nil {
		return Result{}, c.failure("cannot be run: "+err.Error(), "", err)
	}
	defer complaint.close()
	cmd.Stdout, cmd.Stderr = output.write, complaint.write
	group(cmd)
	if c.Reading {
		// The system goes by the thread that starts the program.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		endWithUs(cmd)
	}

	began := time.Now()
	err = cmd.Start()
	output.start()
	complaint.start()
	if err != nil {
		return Result{}, c.failure("cannot be started: "+startProblem(err), "", err)
	}
	ended, whole := c.watch(ctx, cmd, output)
	result := Result{Complaint: c.said(complaint), Took: time.Since(began)}
	if why := c.verdict(ctx, ended, output, whole); why != nil {
		why.Program, why.Reason, why.Complaint = c.secrets().Hide(c.Args[0]), c.secrets().Hide(why.Reason), result.Complaint
		return Result{}, why
	}
	result.Output = output.bytes()
	return result, nil
}

// errUnkillable says that a program does not end although it is killed: the kernel waits
// for a disk or a file server that does not answer.
var errUnkillable = errors.New("the program cannot be killed")

// watch waits for the end of the program, and ends it with all that it started where it
// takes or writes too much. It returns what [exec.Cmd.Wait] does, and whether the output
// came to its end by itself.
func (c Command) watch(ctx context.Context, cmd *exec.Cmd, output *reader) (ended error, whole bool) {
	leader, buried, sweep := make(chan struct{}), make(chan error, 1), make(chan struct{})
	go func() {
		// Where it can be, the process is not buried before those that it left are
		// killed, so that its number is still that of its own group.
		unburied := awaitExit(cmd.Process.Pid)
		var err error
		if !unburied {
			err = cmd.Wait()
		}
		close(leader)
		<-sweep
		killGroup(cmd.Process)
		if unburied {
			err = cmd.Wait()
		}
		buried <- err
	}()
	select {
	case <-leader:
		select {
		case <-output.done:
			whole = true
		case <-time.After(drainTime):
		case <-ctx.Done():
		case <-output.full:
		}
	case <-ctx.Done():
		end(cmd.Process, leader)
	case <-output.full:
		end(cmd.Process, leader)
	}
	close(sweep)
	select {
	case ended = <-buried:
		return ended, whole
	case <-time.After(graceTime):
		return errUnkillable, false
	}
}

// end asks the program and all that it started to end, and then kills them.
func end(p *os.Process, leader <-chan struct{}) {
	askGroup(p)
	for range 2 {
		select {
		case <-leader:
			return
		case <-time.After(graceTime):
			killGroup(p)
		}
	}
}

// verdict says why there is no result, nil if there is one.
func (c Command) verdict(ctx context.Context, ended error, output *reader, whole bool) *CommandError {
	output.stop()
	switch exit := new(exec.ExitError); {
	case output.overflowed():
		return &CommandError{Reason: fmt.Sprintf("writes more than %d bytes and was killed", c.maxOutput()), Err: ErrTooLong}
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrTimeout):
		return &CommandError{Reason: fmt.Sprintf("did not end within %s and was killed", spell(c.timeout())), Err: ErrTimeout}
	case ctx.Err() != nil:
		return &CommandError{Reason: "was killed: the operation is canceled", Err: context.Cause(ctx)}
	case errors.As(ended, &exit):
		return &CommandError{Reason: "ended with " + exit.String(), Err: ended}
	case ended != nil:
		return &CommandError{Reason: "cannot be run: " + ended.Error(), Err: ended}
	case !whole || !output.ended():
		return &CommandError{Reason: "ended and left a program that keeps its output open, so that nobody knows whether it is whole", Err: ErrUnfinished}
	}
	return nil
}

// startProblem is the error without the name of the system call, which repeats the
// program.
func startProblem(err error) string {
	if path := new(os.PathError); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// spell writes a duration as a person would: "5m" rather than "5m0s".
func spell(d time.Duration) string {
	text := d.String()
	for _, end := range []string{"m0s", "h0m"} {
		if len(text) > len(end) && text[len(text)-len(end):] == end {
			text = text[:len(text)-2]
		}
	}
	return text
}

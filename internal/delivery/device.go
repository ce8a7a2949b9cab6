package delivery

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A Device is a firewall, or one list of one, that rules are delivered to. Its fields do
// not change once it is used; it is safe for concurrent use.
type Device struct {
	// Title names it for people: ruleset "edge", device "fw1".
	Title string
	// Ledger is the additions file.
	Ledger string
	// Script is the file that the script is written to, "" for none; its undo goes to the
	// file of that name with ".undo" behind.
	Script string
	// First returns the text of the device as others have read it in this process, Read
	// reads it as it is now. First may be nil.
	First func() (*Text, error)
	Read  func(ctx context.Context) (*Text, error)
	// Send hands a text to the command, and waits for its end. The command inherits the
	// lock file, so that the lock is held as long as it runs. Where it is nil, nothing is
	// sent: the script and the additions file are written, and that is all.
	Send func(ctx context.Context, text string, phase Phase, lists []string, lock *os.File) error
	// MaySend says why nothing may be sent, before anything is written; it may be nil.
	MaySend func() error
	// UndoOnFailure takes a delivery back that went wrong.
	UndoOnFailure bool
	// Prologue and Epilogue are lines around what is sent: what enters and leaves the
	// configuration of a device.
	Prologue, Epilogue []string
	// Wait is how long other processes are waited for; zero means [additions.LockTimeout].
	Wait time.Duration
	// Why tells why a rule is needed, for people; it may be nil.
	Why func(*Text, additions.Rule) string
	// Turn is held during a delivery; those who use the same command share one. It may be
	// nil.
	Turn *sync.Mutex
	// Gather tells whether more orders are about to come; it may be nil.
	Gather *Gathering

	mu    sync.Mutex
	text  *Text
	state *State
	// ledger is the additions file that state was made with, all the same with what is
	// claimed besides.
	ledger, all *additions.File
	claimed     []string // ids of configurations

	queue queue
}

// Phase is what a script is sent for.
type Phase string

// The phases, as the command sees them in its environment.
const (
	Do   Phase = "deliver"
	Undo Phase = "undo"
)

// SentMark is the file that is locked while a command runs, and stays: it says that rules
// of the additions file may be on a device.
func SentMark(ledger string) string { return ledger + ".running" }

// UndoSuffix makes the name of the file that holds the undo of a script.
const UndoSuffix = ".undo"

// first returns the text as others have read it in this process.
func (d *Device) first(ctx context.Context) (*Text, error) {
	if d.First != nil {
		return d.First()
	}
	return d.Read(ctx)
}

// State returns what the device has, by its text as it was read last.
func (d *Device) State() (*State, error) {
	ledger, err := additions.Load(d.Ledger)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.text == nil {
		if d.text, err = d.first(context.Background()); err != nil {
			d.text = nil
			return nil, err
		}
		d.state = nil
	}
	if d.state == nil || d.ledger != ledger {
		whole, err := adopt(d.text, ledger, d.claimed)
		if err != nil {
			return nil, err
		}
		state, err := newState(d.text, whole)
		if err != nil {
			return nil, err
		}
		d.state, d.ledger, d.all = state, ledger, whole
	}
	return d.state, nil
}

// learn keeps what was read of the device.
func (d *Device) learn(t *Text) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text, d.state = t, nil
}

func (d *Device) wait() time.Duration {
	if d.Wait > 0 {
		return d.Wait
	}
	return additions.LockTimeout
}

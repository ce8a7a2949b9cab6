package delivery

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A command that brings our rules, and takes away what is not ours beside the list, has
// failed; what others add meanwhile is no failure.
func TestDeliverBeside(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(beside map[string]string, others map[string][]string)
		want   string
	}{
		{"nothing", func(map[string]string, map[string][]string) {}, ""},
		{"somebody adds a rule elsewhere", func(_ map[string]string, o map[string][]string) { o["INPUT"] = []string{"b", "new", "a", "a"} }, ""},
		{"a new list", func(_ map[string]string, o map[string][]string) { o["OUTPUT"] = []string{"a"} }, ""},
		{"a rule elsewhere is gone", func(_ map[string]string, o map[string][]string) { o["INPUT"] = []string{"a", "b"} }, "list INPUT, to which nothing was delivered: 1 of its 3 rules are gone"},
		{"a list is gone", func(_ map[string]string, o map[string][]string) { delete(o, "INPUT") }, "list INPUT, to which nothing was delivered: 3 of its 3 rules are gone"},
		{"the list filters no more", func(b map[string]string, _ map[string][]string) { b["applications of access lists"] = "none" }, "its applications of access lists are others than before"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFirewall()
			beside := map[string]string{"applications of access lists": "in"}
			others := map[string][]string{"INPUT": {"a", "a", "b"}}
			d := f.device(t, filepath.Join(t.TempDir(), "edge.json"))
			read := func() (*Text, error) {
				text, err := parse(f.text())
				if err == nil {
					text.Beside, text.Others = map[string]string{}, map[string][]string{}
					for k, v := range beside {
						text.Beside[k] = v
					}
					for k, v := range others {
						text.Others[k] = v
					}
					inner := text.Parse
					text.Parse = func(content string) (*Text, error) {
						out, err := inner(content)
						if err == nil {
							out.Beside, out.Others = text.Beside, text.Others
						}
						return out, err
					}
				}
				return text, err
			}
			d.Read = func(context.Context) (*Text, error) { return read() }
			d.Send = func(ctx context.Context, text string, p Phase, lists []string, lock *os.File) error {
				test.change(beside, others)
				return f.send(ctx, text, p, lists, lock)
			}
			err := d.Deliver(t.Context(), Order{Owner: owned(1), Want: []additions.Rule{permit(t, "10.0.0.1", "10.2.0.7", "tcp/443")}})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// Where nothing may be sent nothing is written, not even what is to be sent.
func TestMaySend(t *testing.T) {
	f, ledger := newFirewall(), filepath.Join(t.TempDir(), "edge.json")
	d := f.device(t, ledger)
	d.MaySend = func() error { return errors.New("commands are not allowed") }
	err := d.Deliver(t.Context(), Order{Owner: owned(1), Want: []additions.Rule{permit(t, "10.0.0.1", "10.2.0.7", "tcp/443")}})
	if err == nil || err.Error() != "commands are not allowed" || len(f.sent) > 0 {
		t.Errorf("%v; %d were sent", err, len(f.sent))
	}
	if _, err := os.Stat(ledger); err == nil {
		t.Error("additions were written")
	}
}

// What leads into the configuration may hold a password, and is in no error.
func TestPrologueIsNotShown(t *testing.T) {
	f := newFirewall()
	d := f.device(t, filepath.Join(t.TempDir(), "edge.json"))
	d.Prologue = []string{"enable", "pa55word-of-enable"}
	d.Send = func(ctx context.Context, text string, p Phase, lists []string, lock *os.File) error {
		if !strings.HasPrefix(text, "enable\npa55word-of-enable\n") {
			t.Errorf("was sent %q", text)
		}
		return errors.Join(f.send(ctx, text, p, lists, lock), errors.New("broken"))
	}
	err := d.Deliver(t.Context(), Order{Owner: owned(1), Want: []additions.Rule{permit(t, "10.0.0.1", "10.2.0.7", "tcp/443")}})
	if err == nil || strings.Contains(err.Error(), "pa55word") || !strings.Contains(err.Error(), "To take it back by hand") {
		t.Error(err)
	}
}

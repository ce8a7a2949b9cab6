package additions

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var updateFlag = flag.Bool("update", false, "write what is found into the after sections of testdata/*.txtar")

// TestBehaviour runs testdata/*.txtar. A file is a sequence of sections:
//
//	before        the additions file to start with; there is none without it
//	own OWNER     makes the rules in it, one "action source destination service
//	              [source zone] [destination zone]" a line, those that OWNER owns
//	only OWNER    the same, but nothing is written: the rules that [File.Only] gives
//	after         what is found: the file as it then is, rules in order, or the error
func TestBehaviour(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "edge.additions.json")
			last := ""
			for i, section := range archive.Files {
				name, owner, _ := strings.Cut(section.Name, " ")
				switch name {
				case "before":
					if err := os.WriteFile(file, section.Data, 0o644); err != nil {
						t.Fatal(err)
					}
				case "own":
					last = runOwn(t, file, owner, string(section.Data))
				case "only":
					last = runOnly(t, file, owner, string(section.Data))
				case "after":
					if *updateFlag {
						archive.Files[i].Data = []byte(last)
					} else if last != string(section.Data) {
						t.Errorf("section %d is\n%s\nwant\n%s", i, last, section.Data)
					}
				default:
					t.Fatalf("unknown section %q", section.Name)
				}
			}
			if *updateFlag {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func runOwn(t *testing.T, file, owner, want string) string {
	t.Helper()
	f, err := Update(context.Background(), file, owner, wanted(t, want), nil)
	if err != nil {
		return strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), "") + "\n"
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "no file\n"
	}
	again, err := parse(file, content)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	if got, want := listing(f), listing(again); got != want {
		t.Errorf("Update returns\n%s\nbut wrote\n%s", got, want)
	}
	return string(content)
}

func runOnly(t *testing.T, file, owner, want string) string {
	t.Helper()
	f, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range f.Only(owner, wanted(t, want)) {
		fmt.Fprintf(&b, "%d %s\n", r.Line, r.String())
	}
	return b.String()
}

// wanted makes rules of lines.
func wanted(t *testing.T, text string) []Rule {
	t.Helper()
	var out []Rule
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		r := parts(t, strings.Join(fields[:4], " "))[0]
		if len(fields) > 4 {
			r.SourceZones = fields[4:5]
		}
		if len(fields) > 5 {
			r.DestinationZones = fields[5:6]
		}
		r.Name = r.contentName()
		out = append(out, r)
	}
	return out
}

// listing is what a file means, with lines and owners.
func listing(f *File) string {
	var b strings.Builder
	for i, r := range f.Rules() {
		fmt.Fprintf(&b, "%d %s zones %q %q unknown %q owners %q comment %s\n",
			r.Line, r.String(), r.SourceZones, r.DestinationZones, r.Unknown, f.items[i].Owners, f.items[i].comment)
	}
	return b.String()
}

package estate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestTranslations runs testdata/nat/*.txtar: an estate, texts of its devices, and
// questions with their answers. "estate" has lines
//
//	zone NAME ADDRESSES…
//	device NAME FILE INTERFACE=ZONE…
//
// "questions" has lines "? SOURCES -> DESTINATIONS SERVICES". Below each stand, indented,
// the summary, and for each gap the device and its list, what the device compares where
// that is not the flow itself, and the change. -update rewrites them.
func TestTranslations(t *testing.T) { estateFiles(t, "testdata/nat/*.txtar") }

// TestGuards runs testdata/guards/*.txtar, which are like those of [TestTranslations]: texts
// that filter for network interfaces.
func TestGuards(t *testing.T) { estateFiles(t, "testdata/guards/*.txtar") }

// TestDoubts runs testdata/ways/*.txtar, which are like those of [TestTranslations]: what
// devices do with packets besides their lists.
func TestDoubts(t *testing.T) { estateFiles(t, "testdata/ways/*.txtar") }

func estateFiles(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { natFile(t, file) })
	}
}

func natFile(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range archive.Files {
		texts[f.Name] = string(f.Data)
	}
	c := Config{Zones: map[string][]string{}, Devices: map[string]DeviceConfig{}}
	dir := t.TempDir()
	for line := range strings.Lines(texts["estate"]) {
		switch words := strings.Fields(line); {
		case len(words) > 2 && words[0] == "zone":
			c.Zones[words[1]] = words[2:]
		case len(words) > 2 && words[0] == "device":
			d := DeviceConfig{Path: filepath.Join(dir, words[2]), Interfaces: map[string]string{}}
			for _, w := range words[3:] {
				name, zone, _ := strings.Cut(w, "=")
				if name == "guards" {
					d.Guards = append(d.Guards, zone)
					continue
				}
				d.Interfaces[name] = zone
			}
			if len(d.Interfaces) == 0 {
				d.Interfaces = nil
			}
			if err := os.WriteFile(d.Path, []byte(texts[words[2]]), 0o600); err != nil {
				t.Fatal(err)
			}
			c.Devices[words[1]] = d
		default:
			t.Fatalf("estate: %q", line)
		}
	}
	e := New(c)
	for i := range archive.Files {
		f := &archive.Files[i]
		if f.Name != "questions" {
			continue
		}
		var got strings.Builder
		for line := range strings.Lines(string(f.Data)) {
			if strings.HasPrefix(line, "? ") || strings.HasPrefix(line, "#") {
				got.WriteString(line)
			}
			if strings.HasPrefix(line, "? ") {
				got.WriteString(indent(natAnswer(t, e, strings.TrimSpace(line[2:]))))
			}
		}
		if *updateChanges {
			f.Data = []byte(got.String())
			if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if got.String() != string(f.Data) {
			t.Errorf("got\n%s\nwant\n%s", got.String(), f.Data)
		}
	}
}

func natAnswer(t *testing.T, e *Estate, question string) string {
	t.Helper()
	from, to, ok := strings.Cut(question, " -> ")
	to, services, ok2 := strings.Cut(to, " ")
	if !ok || !ok2 {
		t.Fatalf("%q is no question", question)
	}
	found, err := e.Match(t.Context(), Flow{
		Application: "Shop", Name: "f", Sources: strings.Split(from, ","), Destinations: strings.Split(to, ","), Services: strings.Split(services, ","),
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(found.Summary + "\n")
	for _, m := range found.Missing {
		fmt.Fprintf(&b, "%s: %s\n", strings.TrimSpace(m.Device+" "+m.List), m.Reason)
		if m.Translated != "" {
			fmt.Fprintf(&b, "  compares %s\n", m.Translated)
		}
		if m.Change != "" {
			fmt.Fprintf(&b, "  change %s\n", m.Change)
		}
	}
	return b.String()
}

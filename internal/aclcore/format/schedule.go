package format

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Ends returns when the schedule of each rule ends for good, in the time of the device
// and written as UTC; zero for a rule without one, or of which the text does not say so.
// It is nil where no rule has an end. The rules were read from the content, in the named
// format. A schedule that is defined twice ends when the last of them does.
func Ends(name string, content []byte, rules []rule.Rule) []time.Time {
	var defined map[string]time.Time
	var out []time.Time
	for i := range rules {
		for _, condition := range rules[i].Unknown {
			if !isSchedule(condition) {
				continue
			}
			if defined == nil {
				defined = schedules(name, content)
			}
			end := endIn(condition)
			if _, named, ok := strings.Cut(condition, " "); ok && end.IsZero() {
				end = defined[strings.Trim(named, `"`)]
			}
			if end.IsZero() {
				continue
			}
			if out == nil {
				out = make([]time.Time, len(rules))
			}
			if out[i].IsZero() || end.Before(out[i]) { // all conditions have to hold
				out[i] = end
			}
		}
	}
	return out
}

func isSchedule(condition string) bool {
	for _, word := range []string{"time-range ", "schedule ", "scheduler-name ", "time ", "-m time ", "meta time "} {
		if strings.HasPrefix(condition, word) {
			return true
		}
	}
	return false
}

// What netfilter says in the rule itself (iptables-extensions(8), time; nft(8), meta time).
var (
	dateStop = regexp.MustCompile(`^-m time .*--datestop (\S+)`)
	metaTime = regexp.MustCompile(`^meta time (?:<=? |"[^"]*"-)"([^"]+)"$`)
)

func endIn(condition string) time.Time {
	for _, in := range []*regexp.Regexp{dateStop, metaTime} {
		if m := in.FindStringSubmatch(condition); m != nil {
			return moment(m[1], "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15", "2006-01-02", "2006-01-02 15:04:05", "2006-01-02 15:04")
		}
	}
	return time.Time{}
}

// moment reads a time in one of the layouts; it is zero if it is in none.
func moment(text string, layouts ...string) time.Time {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// An ending gathers when a schedule ends, which may be said in several places.
type ending struct {
	last time.Time
	// never says that a part of it has no end, or is not understood.
	never bool
}

type endings map[string]*ending

func (e endings) of(name string) *ending {
	name = strings.Trim(name, `"`)
	if e[name] == nil {
		e[name] = &ending{}
	}
	return e[name]
}

// until notes an end; a zero one is none.
func (e *ending) until(t time.Time) {
	e.never = e.never || t.IsZero()
	if t.After(e.last) {
		e.last = t
	}
}

// schedules returns when the schedules that the text defines end, by name.
func schedules(name string, content []byte) map[string]time.Time {
	all := make(endings)
	f, _ := Lookup(name)
	switch f.Family {
	case "cisco_asa", "router":
		all.cisco(content)
	case "fortios":
		all.fortios(content)
	case "panos":
		all.panos(content)
	case "junos":
		all.junos(content)
	case "checkpoint":
		all.checkpoint(content)
	}
	out := make(map[string]time.Time)
	for name, e := range all {
		if !e.never {
			out[name] = e.last
		}
	}
	return out
}

var (
	timeRange   = regexp.MustCompile(`^time-range (\S+)\s*$`)
	absolute    = regexp.MustCompile(`^\s+(?:\d+ )?absolute\b`)
	absoluteEnd = regexp.MustCompile(`\bend (\d+:\d+)(?::\d+)? (\d+) (\w+) (\d{4})`)
)

// cisco reads blocks of time-range; an absolute line says when they hold, and periodic
// ones when within that.
func (e endings) cisco(content []byte) {
	var open *ending
	for line := range bytes.Lines(content) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case timeRange.MatchString(text):
			open = e.of(timeRange.FindStringSubmatch(text)[1])
		case open != nil && absolute.MatchString(text):
			end := time.Time{}
			if m := absoluteEnd.FindStringSubmatch(text); m != nil {
				end = moment(strings.Join(m[1:], " "), "15:04 2 January 2006", "15:04 2 Jan 2006")
			}
			open.until(end)
		case !strings.HasPrefix(text, " ") && !strings.HasPrefix(text, "\t"):
			open = nil
		}
	}
}

// fortios reads the table of schedules that hold once.
func (e endings) fortios(content []byte) {
	var open *ending
	within := false
	for line := range bytes.Lines(content) {
		words := strings.Fields(string(line))
		switch text := strings.Join(words, " "); {
		case strings.HasPrefix(text, "config "):
			within = text == "config firewall schedule onetime"
		case text == "end":
			within, open = false, nil
		case !within:
		case len(words) > 1 && words[0] == "edit":
			open = e.of(strings.TrimPrefix(text, "edit "))
		case len(words) == 4 && words[0] == "set" && words[1] == "end" && open != nil:
			open.until(moment(words[2]+" "+words[3], "15:04 2006/01/02"))
		}
	}
}

var (
	panosSchedule = regexp.MustCompile(`\bschedule (?:"([^"]+)"|(\S+)) (?:schedule-type )?(non-recurring|recurring) (.*)$`)
	panosEntry    = regexp.MustCompile(`<entry name="([^"]+)"`)
	panosRange    = regexp.MustCompile(`\d{4}/\d\d/\d\d@\d\d:\d\d-(\d{4}/\d\d/\d\d@\d\d:\d\d)`)
)

// panos reads schedules in set commands, and in XML the ranges that stand in an entry.
func (e endings) panos(content []byte) {
	const layout = "2006/01/02@15:04"
	entry := ""
	for line := range bytes.Lines(content) {
		text := strings.TrimRight(string(line), "\r\n")
		if m := panosSchedule.FindStringSubmatch(text); m != nil {
			ends := panosRange.FindAllStringSubmatch(m[4], -1)
			if m[3] == "recurring" || len(ends) == 0 {
				e.of(m[1] + m[2]).until(time.Time{})
			}
			for _, end := range ends {
				e.of(m[1] + m[2]).until(moment(end[1], layout))
			}
			continue
		}
		if m := panosEntry.FindAllStringSubmatch(text, -1); len(m) > 0 {
			entry = m[len(m)-1][1]
		}
		if strings.Contains(text, "<recurring>") {
			e.of(entry).until(time.Time{})
		}
		for _, end := range panosRange.FindAllStringSubmatch(text, -1) {
			e.of(entry).until(moment(end[1], layout))
		}
	}
}

var (
	scheduler     = regexp.MustCompile(`\bscheduler (?:"([^"]+)"|([^\s{]+))`)
	stopDate      = regexp.MustCompile(`\bstop-date (\d{4}-\d\d-\d\d\.\d\d:\d\d)`)
	dayOfSchedule = regexp.MustCompile(`\b(daily|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b`)
)

// junos reads schedulers in set commands or braces. One with days has times within its
// dates, or besides them: it is left open.
func (e endings) junos(content []byte) {
	var open *ending
	for line := range bytes.Lines(content) {
		text := strings.TrimSpace(string(line))
		if m := scheduler.FindStringSubmatch(text); m != nil && !strings.Contains(text, "scheduler-name") {
			open = e.of(m[1] + m[2])
		}
		if open == nil {
			continue
		}
		if dayOfSchedule.MatchString(text) {
			open.never = true
		}
		if m := stopDate.FindStringSubmatch(text); m != nil {
			open.until(moment(m[1], "2006-01-02.15:04"))
		}
		if text == "}" || strings.HasPrefix(text, "set ") {
			open = nil
		}
	}
}

// checkpoint reads objects of the type time (Management API reference, show-time).
func (e endings) checkpoint(content []byte) {
	var doc any
	if json.Unmarshal(content, &doc) != nil {
		return
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			name, _ := v["name"].(string)
			end, _ := v["end"].(map[string]any)
			if never, _ := v["end-never"].(bool); v["type"] == "time" && name != "" && end != nil && !never {
				posix, _ := end["posix"].(float64)
				if posix > 0 {
					e.of(name).until(time.UnixMilli(int64(posix)).UTC())
				}
			} else if v["type"] == "time" && name != "" {
				e.of(name).never = true
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(doc)
}

// dates are how texts say when they were written, or last changed.
var dates = []struct {
	line    *regexp.Regexp
	layouts []string
}{
	{regexp.MustCompile(`(?m)^: Written by .* at [\d:.]+ \S+ \w{3} (\w{3} +\d+ \d{4})`), []string{"Jan 2 2006"}},                        // ASA
	{regexp.MustCompile(`(?m)^!+ ?Last configuration change at [\d:]+ \S+ \w{3} (\w{3} +\d+ \d{4})`), []string{"Jan 2 2006"}},           // IOS
	{regexp.MustCompile(`(?m)^!+ ?(?:Time:|Last configuration change at) *\w{3} (\w{3} +\d+) [\d:.]+ (\d{4})`), []string{"Jan 2 2006"}}, // NX-OS, IOS-XR
	{regexp.MustCompile(`(?m)^# (?:Generated by|Completed).* on \w{3} (\w{3} +\d+) [\d:]+ (\d{4})`), []string{"Jan 2 2006"}},            // iptables-save
	{regexp.MustCompile(`(?m)^## Last (?:changed|commit): (\d{4}-\d\d-\d\d) `), []string{"2006-01-02"}},                                 // Junos
}

// maxDated is how much of a text is looked at for its date.
const maxDated = 1 << 16

// Dated returns the day on which a text was written or last changed, as it says itself,
// zero if it does not say so.
func Dated(content []byte) time.Time {
	content = content[:min(len(content), maxDated)]
	for _, d := range dates {
		if m := d.line.FindSubmatch(content); m != nil {
			words := strings.Fields(string(bytes.Join(m[1:], []byte(" "))))
			return moment(strings.Join(words, " "), d.layouts...)
		}
	}
	return time.Time{}
}

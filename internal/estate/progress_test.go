package estate

import (
	"sync"
	"testing"
	"time"
)

// Each ruleset tells of its loading once, however many ask for it.
func TestProgress(t *testing.T) {
	const text = `[{"action": "deny"}, {"action": "permit"}]`
	var told []Progress
	e := New(Config{
		Rulesets: map[string]RulesetConfig{"edge": {Content: text}, "broken": {Content: `[{"action": "perhaps"}]`}},
		Progress: func(p Progress) { told = append(told, p) },
	})
	if len(told) != 0 {
		t.Errorf("before the first question there is %v", told)
	}
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			if _, err := e.rulesets["edge"].load(); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	if len(told) != 2 {
		t.Fatalf("told is %v", told)
	}
	if want := (Progress{Ruleset: "edge", Bytes: len(text)}); told[0] != want {
		t.Errorf("first told is %+v, want %+v", told[0], want)
	}
	if told[1].Took <= 0 || told[1].Took > time.Minute {
		t.Errorf("the ruleset took %s", told[1].Took)
	}
	told[1].Took = 0
	if want := (Progress{Ruleset: "edge", Bytes: len(text), Done: true, Format: "json", Rules: 2}); told[1] != want {
		t.Errorf("last told is %+v, want %+v", told[1], want)
	}

	told = nil
	if _, err := e.rulesets["broken"].load(); err == nil {
		t.Error("a broken ruleset is loaded")
	}
	if len(told) != 1 || told[0].Done {
		t.Errorf("of a broken ruleset is told %v", told)
	}
}

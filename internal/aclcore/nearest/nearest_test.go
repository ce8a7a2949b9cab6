package nearest

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	known := []string{"app", "web-tier", "databases", "HR Payroll server", "srv-12", "web-teir-old", "dns"}
	for word, want := range map[string]string{
		"ap": "app", "App": "app", "apps": "app", "web tier": "web-tier", "web-teir": "web-tier", "databses": "databases",
		"hr payrol server": "HR Payroll server", "srv-12 ": "srv-12", "SRV12": "srv-12",
		"srv-11": "", "srv-1": "", "x": "", "": "", "dmz": "", "databases of the offices": "", "webdatabase": "",
	} {
		got := Of(word, slices.Values(known))
		slices.Reverse(known) // the order of the words is that of a map
		if again := Of(word, slices.Values(known)); got != want || again != want {
			t.Errorf("%q: %q, and %q the other way round, want %q", word, got, again, want)
		}
	}
	long := string(make([]byte, 200))
	if got := Of(long, slices.Values([]string{long + "x"})); got != "" {
		t.Errorf("a long text is taken for another")
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"ab", "ba", 2}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

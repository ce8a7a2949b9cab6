package rule

import (
	"cmp"
	"fmt"
	"strings"
)

// Ruleset is an ordered list of rules: the first that matches a packet decides,
// then Default.
type Ruleset struct {
	// Name is what the user calls the ruleset.
	Name string
	// Source is where the rules stand, as shown to people: a file name or "inline".
	Source string
	// Format is the language of the rules: json, yaml, cisco_asa, …
	Format string

	Rules   []Rule
	Default Action

	// Stateless says that replies are filtered too. Return holds the rules that
	// replies meet, such as the outbound list of an AWS network ACL, and ReturnDefault
	// applies to those that no rule of them matches. ReturnList is the name of that list
	// where it is another than that of Rules; else what is added to the list is met by
	// replies as well. When Return is nil, replies meet Rules and Default.
	Stateless     bool
	Return        []Rule
	ReturnDefault Action
	ReturnList    string
	// ReturnWriter is the Writer of that list.
	ReturnWriter any
	// Tracked says that the firewall knows the connection of a packet: one rule for
	// established connections can let all replies pass, and nothing else.
	Tracked bool
	// Host says that the list filters what a host itself sends or receives, that to
	// itself as well.
	Host bool

	// Dismissed are the rules that match nothing since somebody vouches that a condition of
	// theirs does not hold, as they were; their Assumed says which.
	Dismissed []Rule

	// Disabled are rules that stand in the text and are switched off there: they match
	// nothing. They have a Name, Line, Text, Place and Action, and no Traffic.
	Disabled []Rule

	// Writer is what the format of the rules found out in their text for its own
	// writer, nil if that needs nothing. Only the format looks inside.
	Writer any
}

// OneList reports whether replies meet the list of Rules: a rule that is added to it is
// for them too.
func (rs *Ruleset) OneList() bool { return rs.Return == nil || rs.ReturnList == "" }

// Replies returns the ruleset as replies meet it.
func (rs *Ruleset) Replies() *Ruleset {
	if rs.Return == nil {
		return rs
	}
	back := *rs
	back.Rules, back.Default = rs.Return, rs.ReturnDefault
	if !rs.OneList() && rs.ReturnWriter != nil {
		back.Writer = rs.ReturnWriter
	}
	return &back
}

// Describe names rule i for people: where it stands and what it says. An index of
// -1 is the default action.
func (rs *Ruleset) Describe(i int) string {
	if i < 0 {
		return fmt.Sprintf("%s: default %s, no rule matches", rs.Source, rs.Default)
	}
	r := &rs.Rules[i]
	if r.Line > 0 {
		return fmt.Sprintf("%s:%d %s%s", rs.Source, r.Line, r, r.assumed())
	}
	return fmt.Sprintf("%s rule %d %s%s", rs.Source, i+1, r, r.assumed())
}

// Refer names rule i in a few words, for a line of text: where it stands and what it
// is called, or what it says where it has no name. An index of -1 is the default action.
func (rs *Ruleset) Refer(i int) string {
	if i < 0 {
		return fmt.Sprintf("%s default %s", rs.Source, rs.Default)
	}
	r := &rs.Rules[i]
	label := cmp.Or(r.Name, shortened(r.String())) + r.assumed()
	if r.Line > 0 {
		return fmt.Sprintf("%s:%d %s", rs.Source, r.Line, label)
	}
	return fmt.Sprintf("%s %s", rs.Source, label)
}

// assumed tells what is assumed of the rule, in brackets.
func (r *Rule) assumed() string {
	if len(r.Assumed) == 0 {
		return ""
	}
	return " (" + strings.Join(r.Assumed, "; ") + ")"
}

// maxLabel is how many characters of a rule's text are its name.
const maxLabel = 80

func shortened(text string) string {
	if letters := []rune(text); len(letters) > maxLabel {
		return string(letters[:maxLabel-1]) + "…"
	}
	return text
}

package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// Exception lets a flow violate one policy, for a reason.
type Exception struct {
	// Reason must not be empty.
	Reason string
	// Until is the instant at which the exception ends; zero means never.
	Until time.Time
}

// ParseDeadline reads the end of an exception or of a flow: a date, 2026-12-31,
// which counts to its end in UTC, or an instant as in RFC 3339. It returns the
// first instant at which the deadline is past.
func ParseDeadline(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	if instant, err := time.Parse(time.RFC3339, text); err == nil {
		return instant, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a date; write 2026-12-31, or an instant such as 2026-12-31T18:00:00Z", text)
}

// past reports whether a deadline has passed; zero never does.
func past(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

// deadlineText writes a deadline the way it is best declared.
func deadlineText(deadline time.Time) string {
	if utc := deadline.UTC(); utc.Truncate(24 * time.Hour).Equal(utc) {
		return utc.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return deadline.Format(time.RFC3339)
}

func inException(name string, err error) error {
	return flow.InField("exceptions", fmt.Sprintf("[%q]", name), err)
}

// checkExceptions returns what is wrong with the exceptions of a flow.
func (s *Set) checkExceptions(exceptions map[string]Exception) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(exceptions)) {
		if !s.has(name) {
			problems = append(problems, inException(name, fmt.Errorf("there is no such policy; %s", s.existing())))
		}
		if strings.TrimSpace(exceptions[name].Reason) == "" {
			problems = append(problems, inException(name, errors.New("gives no reason; write why the flow may violate the policy")))
		}
	}
	return errors.Join(problems...)
}

func (s *Set) existing() string {
	if names := s.Names(); len(names) > 0 {
		return "there are " + strings.Join(names, ", ")
	}
	return "there are none"
}

// except marks violations of a policy with the exception that the flow has from
// it, and reports whether it holds.
func except(exception Exception, declared bool, now time.Time) (text string, holds bool) {
	switch {
	case !declared:
		return "", false
	case past(exception.Until, now):
		return fmt.Sprintf("ended on %s: %s", deadlineText(exception.Until), exception.Reason), false
	case exception.Until.IsZero():
		return exception.Reason, true
	}
	return fmt.Sprintf("%s (until %s)", exception.Reason, deadlineText(exception.Until)), true
}

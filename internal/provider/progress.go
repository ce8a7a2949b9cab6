package provider

import (
	"context"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// largeRuleset is from how many bytes on it takes long enough to read a ruleset that
// people wonder what is going on.
const largeRuleset = 8 << 20

// logProgress tells of a ruleset that was read, and before that of one that is large. It
// tells nothing of what stands in it. Numbers are written out, since Terraform shows
// large ones as 1e+06.
func logProgress(ctx context.Context, p estate.Progress) {
	fields := map[string]any{"ruleset": p.Ruleset, "bytes": strconv.Itoa(p.Bytes)}
	if p.Origin != "" {
		fields["origin"] = p.Origin
	}
	switch {
	case p.Origin != "" && p.Bytes == 0:
		tflog.Info(ctx, "firewall is being read", fields)
	case p.Origin != "":
		fields["duration"] = p.Took.Round(time.Microsecond).String()
		tflog.Info(ctx, "firewall has answered", fields)
	case p.Done:
		fields["format"], fields["rules"], fields["duration"] = p.Format, strconv.Itoa(p.Rules), p.Took.Round(time.Microsecond).String()
		tflog.Info(ctx, "ruleset is read", fields)
	case p.Bytes >= largeRuleset:
		tflog.Info(ctx, "ruleset is being read", fields)
	}
}

// logFlows tells how long the flows of an application took.
func logFlows(ctx context.Context, application string, flows int, took time.Duration) {
	tflog.Info(ctx, "application is assessed", map[string]any{
		"application": application, "flows": strconv.Itoa(flows), "duration": took.Round(time.Microsecond).String(),
	})
}

// logInspection tells of the rulesets of acl_ruleset.
func logInspection(ctx context.Context, in *estate.Inspection, took time.Duration) {
	tflog.Info(ctx, "rulesets are inspected", map[string]any{
		"format": in.Format, "rules": strconv.FormatInt(in.RuleCount, 10), "duration": took.Round(time.Microsecond).String(),
	})
}

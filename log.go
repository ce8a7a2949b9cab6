package main

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

// logLevels returns the environment variables by which the SDK makes up no lines that
// Terraform throws away. It writes all of them, at the level trace, unless it is told
// otherwise, and Terraform sorts out which are wanted: a third of the processor time
// of a plan with many flows. The parts of the SDK are told apart from it: one that has no
// level of its own looks for its logger, at each line, through all that the framework (at
// least up to 1.19.0) has put above it in the context, which grows with each value. What TF_LOG and TF_LOG_PROVIDER mean is Terraform's:
// https://developer.hashicorp.com/terraform/internals/debugging
func logLevels(getenv func(string) string) map[string]string {
	level := getenv("TF_LOG_PROVIDER")
	if level == "" {
		level = getenv("TF_LOG")
	}
	level = strings.ToLower(level)
	switch {
	case level == "":
		level = "off"
	case !slices.Contains([]string{"trace", "debug", "info", "warn", "error", "off"}, level):
		level = "trace" // "json", and what Terraform does not know either
	}
	levels := map[string]string{}
	names := []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_" + strings.ToUpper(about.TypeName)}
	if sdk := getenv("TF_LOG_SDK"); sdk == "" || strings.EqualFold(sdk, level) {
		names = append(names, "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO")
	}
	for _, name := range names {
		if getenv(name) == "" {
			levels[name] = level
		}
	}
	return levels
}

package main

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

// logLevels returns the environment variables by which the SDK makes up no lines that
// Terraform throws away. It writes all of them, at the level trace, unless it is told
// otherwise, and Terraform sorts out which are wanted: a third of the processor time
// of a plan with many flows. What TF_LOG and TF_LOG_PROVIDER mean is Terraform's:
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
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_" + strings.ToUpper(about.TypeName)} {
		if getenv(name) == "" {
			levels[name] = level
		}
	}
	return levels
}

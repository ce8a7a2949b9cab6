package main

import (
	"maps"
	"testing"
)

func TestLogLevels(t *testing.T) {
	both := func(level string) map[string]string {
		return map[string]string{"TF_LOG_SDK": level, "TF_LOG_PROVIDER_ACL": level, "TF_LOG_SDK_FRAMEWORK": level, "TF_LOG_SDK_PROTO": level}
	}
	for _, c := range []struct {
		env, want map[string]string
	}{
		{nil, both("off")},
		{map[string]string{"TF_LOG": "INFO"}, both("info")},
		{map[string]string{"TF_LOG": "off"}, both("off")},
		{map[string]string{"TF_LOG": "json"}, both("trace")},
		{map[string]string{"TF_LOG": "1"}, both("trace")},
		{map[string]string{"TF_LOG_CORE": "trace"}, both("off")},
		{map[string]string{"TF_LOG": "trace", "TF_LOG_PROVIDER": "warn"}, both("warn")},
		{map[string]string{"TF_LOG": "debug", "TF_LOG_SDK": "error"}, map[string]string{"TF_LOG_PROVIDER_ACL": "debug"}},
		{map[string]string{"TF_LOG_SDK": "trace", "TF_LOG_PROVIDER_ACL": "trace"}, map[string]string{}},
		{map[string]string{"TF_LOG_SDK_FRAMEWORK": "trace"}, map[string]string{"TF_LOG_SDK": "off", "TF_LOG_PROVIDER_ACL": "off", "TF_LOG_SDK_PROTO": "off"}},
	} {
		if got := logLevels(func(name string) string { return c.env[name] }); !maps.Equal(got, c.want) {
			t.Errorf("with %v the levels are %v, want %v", c.env, got, c.want)
		}
	}
}

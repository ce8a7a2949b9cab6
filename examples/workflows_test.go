package examples_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Keys of a job and below that GitLab knows (docs.gitlab.com/ci/yaml), as far as the
// example has use for them. GitLab refuses a pipeline with any other.
var gitlabKeys = map[string][]string{
	"":          {"image", "rules", "before_script", "script", "artifacts", "variables", "stage", "needs", "cache", "tags", "timeout", "allow_failure"},
	"image":     {"name", "entrypoint"},
	"rules":     {"if", "changes", "when", "allow_failure", "variables"},
	"artifacts": {"when", "paths", "expire_in", "name", "reports"},
}

// The workflows for GitHub are checked by actionlint; see the target lint.
func TestGitLabKeys(t *testing.T) {
	text, err := os.ReadFile("ci/gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var jobs map[string]map[string]any
	if err := yaml.Unmarshal(text, &jobs); err != nil {
		t.Fatal(err)
	}
	if len(jobs) == 0 {
		t.Fatal("there are no jobs")
	}
	check := func(at, of string, keys map[string]any) {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if !slices.Contains(gitlabKeys[of], key) {
				t.Errorf("%s: GitLab knows no key %s", at, key)
			}
		}
	}
	for name, job := range jobs {
		check(name, "", job)
		for _, part := range []string{"image", "artifacts"} {
			if keys, ok := job[part].(map[string]any); ok {
				check(name+"."+part, part, keys)
			}
		}
		rules, _ := job["rules"].([]any)
		for i, r := range rules {
			keys, _ := r.(map[string]any)
			check(fmt.Sprintf("%s.rules[%d]", name, i), "rules", keys)
		}
		for _, part := range []string{"before_script", "script"} {
			lines, _ := job[part].([]any)
			if len(lines) == 0 {
				t.Errorf("%s.%s is not a list of commands", name, part)
			}
			for i, line := range lines {
				if _, ok := line.(string); !ok {
					t.Errorf("%s.%s[%d] is read as %T, not as a text; quote it", name, part, i, line)
				}
			}
		}
	}
}

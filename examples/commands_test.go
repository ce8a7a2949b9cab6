package examples_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// A command is a line of a shell block, without its comment, as a page shows it.
type command struct {
	line string
	exit int
	want []string // what it prints, or is in the file that it writes
	file string
}

// guideCommands are the lines of the guides' shell blocks, in the order of the page.
// Each page has a workspace of its own.
var guideCommands = map[string]struct {
	prepare func(*workspace)
	example string
	run     []command
}{
	"ci.md": {
		example: "ci",
		run: []command{
			{line: "terraform plan -out=plan.bin", want: []string{`acl_application.this["Billing"] will be created`}},
			{line: "terraform show -json plan.bin > plan.json", file: "plan.json", want: []string{`"connectivity_report"`}},
			{line: "jq -r '.planned_values.outputs.connectivity_report.value' plan.json > report.md", file: "report.md", want: []string{"## Application connectivity", "2 of 5 flows are not as wanted"}},
			{line: "terraform output -json | jq -r '.connectivity_json.value // empty' > before.json", file: "before.json", want: []string{""}},
			{line: "./gate.sh plan.bin", exit: 1, want: []string{"the gate fails: 2 of 5 flows"}},
			{line: "terraform show -json plan.bin | ./gate.sh -", exit: 1, want: []string{"the gate fails: 2 of 5 flows"}},
		},
	},
	"drift.md": {
		example: "single-flow",
		prepare: func(w *workspace) {
			w.Apply(0)
			w.Edit("firewall/core.json", `"dst_port": "tcp/25"`, `"dst_port": "tcp/26"`)
		},
		run: []command{
			{line: "terraform plan", want: []string{`status = "partial" -> "pending"`, `application "Ticketing"`}},
			{line: "terraform plan -refresh-only", want: []string{`status = "pending" -> "partial"`}},
			{line: "terraform apply -refresh-only", want: []string{"Apply complete!"}},
		},
	},
	"format-terraform.md.tmpl": {
		example: "single-flow",
		prepare: func(w *workspace) { w.Apply(0) },
		run: []command{
			{line: "terraform plan -out=plan.tfplan", want: []string{"No changes."}},
			{line: "terraform show -json plan.tfplan > plan.json", file: "plan.json", want: []string{`"planned_values"`}},
			{line: "terraform show -json > state.json", file: "state.json", want: []string{`"values"`}},
			{line: "terraform state pull > pulled.tfstate", file: "pulled.tfstate", want: []string{`"lineage"`}},
		},
	},
	"role-reviewer.md": {
		example: "ci",
		run: []command{
			{line: "terraform plan -out=plan.bin", want: []string{`acl_application.this["Billing"] will be created`}},
			{line: `FAIL_ON="violation open" ./gate.sh plan.bin`, want: []string{"the gate holds"}},
			{line: "ONLY=changed ./gate.sh plan.bin", exit: 1, want: []string{"the gate fails: 2 of 5 flows"}},
			{line: "terraform show -json plan.bin > main.json", file: "main.json", want: []string{`"planned_values"`}},
			{line: "BASELINE=main.json ./gate.sh plan.bin", want: []string{"the gate holds"}},
		},
	},
	"troubleshooting.md": {
		example: "single-flow",
		run:     []command{{line: "TF_LOG_PROVIDER=DEBUG terraform plan", want: []string{"flow is assessed", "ruleset is read"}}},
	},
}

// TestAccGuideCommands runs what the guides show in blocks of shell commands.
func TestAccGuideCommands(t *testing.T) {
	shown := shellBlocks(t, "../templates/guides/*.md*")
	for _, page := range slices.Sorted(maps.Keys(guideCommands)) {
		guide := guideCommands[page]
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			var lines []string
			for _, c := range guide.run {
				lines = append(lines, c.line)
			}
			if !slices.Equal(lines, shown[page]) {
				t.Fatalf("the page shows\n%s\nwhere this test runs\n%s", strings.Join(shown[page], "\n"), strings.Join(lines, "\n"))
			}
			w := newWorkspace(t, guide.example)
			if guide.prepare != nil {
				guide.prepare(w)
			}
			for _, c := range guide.run {
				w.shell(c)
			}
		})
	}
	for page, lines := range shown {
		if _, ok := guideCommands[page]; ok {
			continue
		}
		for _, line := range lines {
			if _, ok := otherCommands[line]; !ok {
				t.Errorf("nothing runs %q of %s", line, page)
			}
		}
	}
}

// otherCommands are those that no test runs as they stand on a page, and why.
var otherCommands = map[string]string{
	"git clone https://github.com/terraform-provider-acl/terraform-provider-acl": "needs the network",
	"cd terraform-provider-acl": "follows the clone",
	"make test":                 "runs this test",
	"make lint":                 "a step of .ci/run",
	"make generate":             "a step of .ci/run",
	"cd examples/inventory && ../../scripts/dev-terraform plan": "make demo runs dev-terraform, TestAccExamples the example",
	"make demo-live": "needs root; TestAccExamples runs it for examples/deliver",
	"make bench":     "takes an hour",
	"make bench BENCH='Match|Verdict' COUNT=10":                                               "takes minutes",
	"make bench && cp bench/new.txt bench/baseline.txt":                                       "takes an hour",
	"go run ./bench/cmd/plan":                                                                 "takes minutes",
	"go run ./bench/cmd/plan -runs 6 > plan.txt && .cache/bin/benchstat -col /.name plan.txt": "takes minutes",

	"terraform import acl_application.billing algosec:Billing": "needs a server; TestAccAlgosecImport has one",
	"terraform import acl_flow.web algosec:Billing/web":        "as above",

	"aws ec2 describe-security-groups   > security-groups.json":     "needs an account; the parser's tests read what it prints",
	"aws ec2 describe-network-acls      > network-acls.json":        "as above",
	"aws ec2 describe-network-interfaces > network-interfaces.json": "as above",
	"aws ec2 describe-security-groups > groups.json":                "as above",
	"terraform plan -out=plan.bin":                                  "runs in the guide on pipelines",
	"terraform show -json plan.bin > plan.json":                     "runs in the guide on pipelines",
	"terraform show -json plan.bin > checks/plan.json":              "needs a plan with the provider of a cloud",
	"terraform -chdir=checks plan":                                  "as above",
	"iptables-save -c > fw.rules":                                   "needs a kernel of its own; internal/kerneltest has one",
	"ip6tables-save -c >> fw.rules":                                 "as above",
	"nft list ruleset > ruleset.nft":                                "as above",
	"nft -j list ruleset > ruleset.json":                            "as above",
}

// TestAccReadmeCommands runs what the README tells a new user to run, but for what
// otherCommands excuses.
func TestAccReadmeCommands(t *testing.T) {
	terraformtest.Need(t)
	for _, name := range []string{"make", "git"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s on PATH", name)
		}
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?m)^\| verdict .*\n(\|.*\n)+`).FindString(string(readme))
	if table == "" {
		t.Error("README.md shows no table of the report")
	}
	wants := map[string][]string{
		"make demo":   {`"Billing/database"       = "partial: 10.30.0.128/25 tcp/5432 denied by edge.cfg:24 inside_in line 8"`},
		"make report": {"## Application connectivity", "❌ 2 of 5 flows are not as wanted.", table, "Billing/database"},
		"make help":   {"demo", "build, and plan examples/quickstart"},
	}
	excused, done := maps.Clone(otherCommands), map[string]bool{}
	for _, lines := range shellBlocks(t, "../templates/guides/*.md*") {
		for _, line := range lines {
			delete(excused, line)
		}
	}
	for page, lines := range shellBlocks(t, "../README.md", "../CONTRIBUTING.md", "../bench/README.md") {
		for _, line := range lines {
			if _, ok := otherCommands[line]; ok {
				delete(excused, line)
				continue
			}
			want, ok := wants[line]
			if !ok {
				t.Errorf("%s shows %q, which nothing runs", page, line)
				continue
			}
			if done[line] {
				continue
			}
			done[line] = true
			cmd := exec.Command("sh", "-c", line)
			cmd.Dir, cmd.Env = "..", append(os.Environ(), "TERRAFORM="+terraformtest.Program.Path)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %v\n%s", line, err, out)
			}
			terraformtest.Contains(t, string(out), want...)
		}
	}
	for line := range excused {
		t.Errorf("%q is excused, but no page shows it", line)
	}
}

var shellBlock = regexp.MustCompile("(?ms)^```(?:sh|shell|bash|console)\n(.*?)^```$")

// shellBlocks returns the commands in the shell blocks of pages, by the name of a guide
// or the path of another page.
func shellBlocks(t *testing.T, patterns ...string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, pattern := range patterns {
		pages, err := filepath.Glob(pattern)
		if err != nil || len(pages) == 0 {
			t.Fatalf("no pages %s: %v", pattern, err)
		}
		for _, path := range pages {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimPrefix(strings.TrimPrefix(filepath.ToSlash(path), "../"), "templates/guides/")
			for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
				for line := range strings.Lines(block[1]) {
					line, _, _ = strings.Cut(line, " #")
					if line = strings.TrimSpace(line); line != "" {
						out[name] = append(out[name], line)
					}
				}
			}
		}
	}
	return out
}

// shell runs a line as people do, with yes for what is asked.
func (w *workspace) shell(c command) {
	w.Helper()
	for _, name := range []string{"jq", "sh", "awk"} {
		if _, err := exec.LookPath(name); err != nil {
			w.Skipf("there is no %s on PATH", name)
		}
	}
	bin := w.TempDir()
	if err := os.Symlink(terraformtest.Program.Path, filepath.Join(bin, "terraform")); err != nil {
		w.Skipf("no terraform can be put on PATH: %v", err)
	}
	if gate := w.Path("gate.sh"); strings.Contains(c.line, "gate.sh") {
		if err := os.Chmod(gate, 0o755); err != nil {
			w.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-c", c.line)
	cmd.Dir, cmd.Env = w.Dir, append(w.Env[:len(w.Env):len(w.Env)], "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader("yes\n")
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		w.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != c.exit {
		w.Fatalf("%s: exit status %d, want %d\n%s", c.line, got, c.exit, out)
	}
	text := ansi.ReplaceAllString(string(out), "")
	if c.file != "" {
		text = w.Read(c.file)
	}
	terraformtest.Contains(w, text, c.want...)
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

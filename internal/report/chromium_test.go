package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A browser is Chromium without a window, spoken to through a pipe in the DevTools
// protocol (https://chromedevtools.github.io/devtools-protocol/).
type browser struct {
	*testing.T
	in       *os.File
	messages chan message
	session  string
	last     int
	// requests are the addresses that pages asked for.
	requests []string
	// complaints are what the console got: refused scripts, errors.
	complaints []string
}

type message struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  any
}

// newBrowser starts Chromium; the test is skipped where there is none.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("there is no chromium on PATH, which shows the page of report_html")
	}
	fromTest, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{fromTest, fromBrowser}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = fromTest.Close()
	_ = fromBrowser.Close()
	b := &browser{T: t, in: in, messages: make(chan message, 1024)}
	go b.read(out)
	t.Cleanup(func() {
		_, _ = fmt.Fprintf(in, "{\"id\":1000000,\"method\":\"Browser.close\"}\x00")
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		_ = in.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.call(domain+".enable", object{}, nil)
	}
	return b
}

func (b *browser) read(out *os.File) {
	defer close(b.messages)
	r := bufio.NewReaderSize(out, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			b.messages <- m
		}
	}
}

// next returns the next message that is no news of requests or of the console, which it
// keeps.
func (b *browser) next() message {
	b.Helper()
	for {
		select {
		case m, open := <-b.messages:
			if !open {
				b.Fatal("the browser has ended")
			}
			switch m.Method {
			case "Network.requestWillBeSent":
				var p struct{ Request struct{ URL string } }
				_ = json.Unmarshal(m.Params, &p)
				b.requests = append(b.requests, p.Request.URL)
			case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled":
				b.complaints = append(b.complaints, string(m.Params))
			default:
				return m
			}
		case <-time.After(2 * time.Minute):
			b.Fatal("the browser does not answer")
		}
	}
}

func (b *browser) call(method string, params object, result any) {
	b.Helper()
	b.last++
	request := object{"id": b.last, "method": method, "params": params}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.Fatal(err)
	}
	for {
		m := b.next()
		if m.ID != b.last {
			continue
		}
		if m.Error != nil {
			b.Fatalf("%s: %v", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
}

// open shows a page and returns how long it took to load, its script included.
func (b *browser) open(html string) time.Duration {
	b.Helper()
	file := filepath.Join(b.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o644); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	b.call("Page.navigate", object{"url": "file://" + file}, nil)
	for b.eval(`document.readyState + " " + location.protocol`) != "complete file:" {
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(start)
}

// eval returns the value of an expression as text.
func (b *browser) eval(expression string) string {
	b.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails any
	}
	b.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.Fatalf("%s: %v", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// want compares the value of an expression.
func (b *browser) want(expression, want string) {
	b.Helper()
	if got := b.eval(expression); got != want {
		b.Errorf("%s is %q, want %q", expression, got, want)
	}
}

// alone insists that the page asked for nothing but itself and the console is silent.
func (b *browser) alone() {
	b.Helper()
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "file://") || !strings.HasSuffix(r, "/report.html") {
			b.Errorf("the page asks for %.200s", r)
		}
	}
	for _, c := range b.complaints {
		b.Errorf("the console says %.400s", c)
	}
}

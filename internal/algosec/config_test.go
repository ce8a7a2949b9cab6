package algosec

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	good := Config{URL: "https://asms.example.com", Username: "u", Password: "geheim"}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string // "" is no error
	}{
		{"good", func(*Config) {}, ""},
		{"port and path", func(c *Config) { c.URL = "https://asms.example.com:8443/proxy/" }, ""},
		{"host alone", func(c *Config) { c.URL = "asms.example.com" }, ""},
		{"no url", func(c *Config) { c.URL = "" }, "url is missing: set it, or the environment variable ALGOSEC_URL"},
		{"http", func(c *Config) { c.URL = "http://asms.example.com" }, "only https is accepted"},
		{"password in url", func(c *Config) { c.URL = "https://u:geheim@asms.example.com" }, "use username and password"},
		{"broken url", func(c *Config) { c.URL = "https://u:geheim@asms example" }, "not an address"},
		{"query", func(c *Config) { c.URL = "https://asms.example.com?x=y" }, "holds a query"},
		{"nobody", func(c *Config) { c.Username, c.Password = "", "" }, "ALGOSEC_USERNAME\npassword is missing"},
		{"colon", func(c *Config) { c.Username = "a:b" }, "colon"},
		{"ca", func(c *Config) { c.CACertificate = "-----BEGIN" }, "ca_certificate holds no PEM certificate"},
		{"drafts", func(c *Config) { c.ForeignDrafts = "maybe" }, `foreign_drafts is "maybe": accepted are "refuse" and "include"`},
		{"timeout", func(c *Config) { c.Timeout = -1 }, "timeout is negative"},
	} {
		conf := good
		tt.change(&conf)
		_, err := New(conf)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the password is in %q", tt.name, err)
		}
	}
}

func TestMemo(t *testing.T) {
	var (
		m     memo[int]
		calls atomic.Int64
		wg    sync.WaitGroup
	)
	ctx := context.Background()
	for range 20 {
		wg.Go(func() {
			v, err := m.get(ctx, "k", func(context.Context) (int, error) {
				time.Sleep(time.Millisecond)
				return int(calls.Add(1)), nil
			})
			if v != 1 || err != nil {
				t.Error(v, err)
			}
		})
	}
	wg.Wait()

	// A failure is not kept.
	bad := errors.New("no")
	if _, err := m.get(ctx, "x", func(context.Context) (int, error) { return 0, bad }); !errors.Is(err, bad) {
		t.Error(err)
	}
	if v, err := m.get(ctx, "x", func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Error(v, err)
	}

	// What was being read when it was forgotten is not what one gets afterwards.
	reading, finish := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		if v, err := m.get(ctx, "f", func(context.Context) (int, error) { close(reading); <-finish; return 1, nil }); v != 1 || err != nil {
			t.Error(v, err)
		}
	})
	<-reading
	m.forget("f")
	if v, err := m.get(ctx, "f", func(context.Context) (int, error) { return 2, nil }); v != 2 || err != nil {
		t.Error(v, err)
	}
	close(finish)
	wg.Wait()
	if v, err := m.get(ctx, "f", nil); v != 2 || err != nil {
		t.Error(v, err)
	}

	// One does not wait for ever.
	reading, finish = make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		_, _ = m.get(ctx, "w", func(context.Context) (int, error) { close(reading); <-finish; return 1, nil })
	})
	<-reading
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := m.get(canceled, "w", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(finish)
	wg.Wait()
}

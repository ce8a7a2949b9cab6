package algosectest

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Credentials of every server of this package.
const (
	Username = "terraform"
	Password = "correct horse & battery/staple"
)

// Options says how a server starts.
type Options struct {
	// Address to listen on, a loopback port of the system's choice if empty.
	Address string
	// ExpiredCertificate gives the server one that ran out yesterday.
	ExpiredCertificate bool
	// Latency delays every reply.
	Latency time.Duration
}

// Server is a running server. Its methods may be called at any time.
type Server struct {
	// URL is its address, CA the PEM certificate of the authority of its own.
	URL, CA string

	latency  time.Duration
	http     *http.Server
	listener net.Listener
	closed   chan struct{}

	mu       sync.Mutex
	state    state
	sessions map[string]bool // of BusinessFlow and of Firewall Analyzer
	requests []Request
	faults   []*Fault
}

// Start starts a server on a loopback address, with TLS.
func Start(opts Options) (*Server, error) {
	cert, ca, err := certificate[opts.ExpiredCertificate]()
	if err != nil {
		return nil, fmt.Errorf("algosectest: certificate: %w", err)
	}
	address := opts.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("algosectest: %w", err)
	}
	s := &Server{
		URL: "https://" + listener.Addr().String(), CA: ca,
		latency: opts.Latency, listener: listener, closed: make(chan struct{}),
		state: newState(), sessions: make(map[string]bool),
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		// HTTP/1.1 alone, as recorded; and a connection can be dropped there.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		// Handshakes with clients that do not trust the authority are part of tests.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		// Serve returns when Close is called; there is nobody to tell.
		_ = s.http.ServeTLS(listener, "", "")
	}()
	return s, nil
}

// A tester is a *testing.T or *testing.B.
type tester interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// New starts a server that is closed with the test.
func New(t tester, opts ...Options) *Server {
	t.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Close stops the server and its connections.
func (s *Server) Close() {
	close(s.closed)
	_ = s.http.Close()
}

// SetLatency delays every reply from now on.
func (s *Server) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// EndSessions makes every session invalid, as if it had run out.
func (s *Server) EndSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

package live

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// maxComplaint is how much of standard error is kept, in bytes: far more than is shown,
// so that no secret is cut in two where the shown part begins.
const maxComplaint = 64 << 10

// shownComplaint is how much of standard error is shown, in bytes.
const shownComplaint = 2 << 10

// A reader reads one stream of a program up to a bound.
type reader struct {
	read, write *os.File
	most        int
	// endless streams keep their end and are never too long.
	endless bool
	chunks  [][]byte
	size    int
	err     error
	// done is closed at the end of the stream, full where it is too long.
	done, full chan struct{}
}

const chunkSize = 64 << 10

func newReader(most int, endless bool) (*reader, error) {
	r := &reader{most: most, endless: endless, done: make(chan struct{}), full: make(chan struct{})}
	var err error
	r.read, r.write, err = os.Pipe()
	return r, err
}

// start reads in the background. The end of the stream that is written to then belongs
// to the program alone.
func (r *reader) start() {
	_ = r.write.Close()
	go r.drain()
}

func (r *reader) drain() {
	defer close(r.done)
	var chunk []byte
	for {
		if len(chunk) == cap(chunk) {
			chunk = make([]byte, 0, chunkSize)
			r.chunks = append(r.chunks, chunk)
		}
		n, err := r.read.Read(chunk[len(chunk):cap(chunk)])
		chunk = chunk[:len(chunk)+n]
		r.chunks[len(r.chunks)-1] = chunk
		r.size += n
		if err != nil {
			r.err = err
			return
		}
		switch {
		case r.size <= r.most:
		case r.endless:
			r.forget()
		default:
			close(r.full)
			return
		}
	}
}

// forget drops the first chunks as long as enough are left.
func (r *reader) forget() {
	for len(r.chunks) > 1 && r.size-len(r.chunks[0]) >= r.most {
		r.size -= len(r.chunks[0])
		r.chunks[0] = nil
		r.chunks = r.chunks[1:]
	}
}

func (r *reader) overflowed() bool {
	select {
	case <-r.full:
		return true
	default:
		return false
	}
}

// restTime is how long what a killed program has written may take to be read. Only a
// program that has left the group can still keep the stream open then.
const restTime = 500 * time.Millisecond

// stop reads the rest, ends the reading, and reports whether it has ended.
func (r *reader) stop() bool {
	select {
	case <-r.done:
		return true
	case <-time.After(restTime):
	}
	_ = r.read.SetReadDeadline(time.Now()) // where it cannot be set, closing is all there is
	select {
	case <-r.done:
		return true
	case <-time.After(drainTime):
		_ = r.read.Close()
		return false
	}
}

// ended reports whether the stream came to its end; only after stop.
func (r *reader) ended() bool {
	select {
	case <-r.done:
		return errors.Is(r.err, io.EOF)
	default:
		return false
	}
}

// bytes is what was read; only after the end of the stream.
func (r *reader) bytes() []byte { return bytes.Join(r.chunks, nil) }

func (r *reader) close() {
	_ = r.read.Close()
	_ = r.write.Close()
}

// said is the end of what a program wrote to standard error, as people may read it.
func (c Command) said(r *reader) string {
	if !r.stop() {
		return "" // still being read
	}
	text := c.secrets().Hide(string(r.bytes()))
	text = strings.TrimSpace(text)
	if len(text) > shownComplaint {
		cut := len(text) - shownComplaint
		for cut < len(text) && !utf8.RuneStart(text[cut]) {
			cut++
		}
		if line := strings.IndexByte(text[cut:], '\n'); line >= 0 && line < shownComplaint/2 {
			cut += line + 1
		}
		text = "… " + text[cut:]
	}
	return visible.Text(text)
}

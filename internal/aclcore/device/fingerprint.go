package device

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"reflect"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Fingerprint returns a digest of what was read: two values that say the same in the same
// lines have the same, also where the texts differ in what changes by itself, as dates,
// the counters of rules and passwords that are salted anew. What a format keeps for its
// own writer is left out. The values are documents, lists and rulesets.
func Fingerprint(values ...any) string { return fingerprint(unprinted, values) }

// Anywhere is [Fingerprint] without where things stand: the same when lines are inserted
// above them.
func Anywhere(values ...any) string { return fingerprint(placeless, values) }

func fingerprint(without map[string]bool, values []any) string {
	h := sha256.New()
	p := printer{w: bufio.NewWriterSize(h, 1<<16), without: without, seen: map[set][sha256.Size]byte{}, of: map[reflect.Type][]int{}}
	for _, v := range values {
		p.value(reflect.ValueOf(v))
	}
	_ = p.w.Flush() // a hash takes everything
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// unprinted are the fields that change by themselves, or hold what only a writer reads.
var unprinted = map[string]bool{"Writer": true, "ReturnWriter": true, "Hits": true}

// placeless are those and the fields that say where something stands.
var placeless = map[string]bool{"Writer": true, "ReturnWriter": true, "Hits": true, "Line": true, "Place": true}

// A set is a set by where its ranges are: those of a group are shared by many rules.
type set struct {
	first any
	n     int
}

// printer writes values so that different ones are written differently.
type printer struct {
	w *bufio.Writer
	// without are the names of fields that are left out.
	without map[string]bool
	seen    map[set][sha256.Size]byte
	// of are the numbers of the fields that are written of a struct.
	of map[reflect.Type][]int
}

func (p printer) number(n uint64) {
	var b [binary.MaxVarintLen64]byte
	_, _ = p.w.Write(b[:binary.PutUvarint(b[:], n)])
}

func (p printer) text(s string) {
	p.number(uint64(len(s)))
	_, _ = p.w.WriteString(s)
}

// longSet is from how many ranges on a set is written as a digest.
const longSet = 9

// once writes a set: a long one as a digest, which is made when the set is met for the first
// time. It is the same whether two rules share a set or have equal ones.
func (p printer) once(s set, write func(printer)) {
	if s.n < longSet {
		write(p)
		return
	}
	sum, known := p.seen[s]
	if !known {
		h := sha256.New()
		inner := printer{w: bufio.NewWriter(h), without: p.without, seen: p.seen, of: p.of}
		write(inner)
		_ = inner.w.Flush()
		sum = [sha256.Size]byte(h.Sum(nil))
		p.seen[s] = sum
	}
	_, _ = p.w.Write(sum[:])
}

func (p printer) value(v reflect.Value) {
	if !v.IsValid() {
		p.number(0)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		p.number(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.number(uint64(v.Int())) //nolint:gosec // every number has its own
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		p.number(v.Uint())
	case reflect.String:
		p.text(v.String())
	case reflect.Pointer:
		p.pointer(v)
	case reflect.Slice, reflect.Array:
		p.number(uint64(v.Len()))
		for i := range v.Len() {
			p.value(v.Index(i))
		}
	case reflect.Map:
		p.table(v)
	case reflect.Struct:
		switch x := v.Interface().(type) {
		case addr.Set:
			p.addresses(x)
		case service.Set:
			p.services(x)
		case netip.Addr:
			p.text(x.String())
		case netip.Prefix:
			p.text(x.String())
		default:
			p.fields(v)
		}
	}
	// There are no values of other kinds in a document; a test sees to that.
}

func (p printer) pointer(v reflect.Value) {
	if v.IsNil() {
		p.number(0)
		return
	}
	p.number(1)
	p.value(v.Elem())
}

func (p printer) table(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	p.number(uint64(len(keys)))
	for _, key := range keys {
		p.value(key)
		p.value(v.MapIndex(key))
	}
}

func (p printer) fields(v reflect.Value) {
	numbers, known := p.of[v.Type()]
	if !known {
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !p.without[field.Name] {
				numbers = append(numbers, i)
			}
		}
		p.of[v.Type()] = numbers
	}
	for _, i := range numbers {
		p.value(v.Field(i))
	}
}

func (p printer) addresses(s addr.Set) {
	ranges := s.Ranges()
	p.number(uint64(len(ranges)))
	if len(ranges) == 0 {
		return
	}
	p.once(set{&ranges[0], len(ranges)}, func(p printer) {
		for _, r := range ranges {
			for _, a := range []netip.Addr{r.From, r.To} {
				if a.Is4() {
					raw := a.As4()
					_ = p.w.WriteByte(4)
					_, _ = p.w.Write(raw[:])
					continue
				}
				raw := a.As16()
				_ = p.w.WriteByte(16)
				_, _ = p.w.Write(raw[:])
			}
		}
	})
}

func (p printer) services(s service.Set) {
	ranges := s.Ranges()
	p.number(uint64(len(ranges)))
	if len(ranges) > 0 {
		p.once(set{&ranges[0], len(ranges)}, func(p printer) { p.value(reflect.ValueOf(ranges)) })
	}
}

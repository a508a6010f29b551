package zerohop

import (
	"encoding/binary"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"testing"
)

// Whatever addresses, lengths and numbers a gate names, it gets a status or ends in a trap: it reads and writes nothing but its own memory.
func FuzzHostFunctions(f *testing.F) {
	names := slices.Sorted(maps.Keys(hostFunctions))
	const page = 1 << 16
	for i := range names {
		for _, at := range []uint32{0, 4, page - 8, page - 1, page, page + 1, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
			f.Add(byte(i), at, uint32(16), at, uint32(16), at, []byte("cookie\x00\x00\x00\x00"))
			f.Add(byte(i), uint32(0), at, uint32(0), at, at, []byte{2, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0})
			f.Add(byte(i), uint32(2), at, uint32(1<<32-1), uint32(0), at, []byte{255, 255, 255, 255})
		}
	}
	g := startTestGate(f, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	f.Fuzz(func(t *testing.T, which byte, a, b, c, d, e uint32, bytes []byte) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		memory := w.module.Memory()
		memory.Write(0, bytes[:min(len(bytes), page)])
		name := names[int(which)%len(names)]
		if name == "proxy_http_call" || name == "proxy_set_tick_period_milliseconds" {
			t.Skip("reaches out")
		}
		r := pageLoad("none")
		s := &stream{id: 7, request: r, response: http.Header{"Set-Cookie": {"a=b"}}, cancel: func() {}, resumed: make(chan struct{}, 1)}
		s.phase = phase(a % 3)
		s.block = appendRequest(nil, r)
		w.streams = map[uint32]*stream{7: s}
		w.current = s
		if a%5 == 4 {
			w.current = nil
		}
		w.answer = &hostAnswer{"200", http.Header{"X": {"y"}}, []byte("body")}
		defer func() {
			if trouble := recover(); trouble != nil {
				if _, isOurs := trouble.(runtime.Error); isOurs {
					t.Fatalf("%s: %v", name, trouble)
				}
			}
		}()
		arguments := []uint64{uint64(a), uint64(b), uint64(c), uint64(d), uint64(e), uint64(b), uint64(c), uint64(d), uint64(e), uint64(a)}
		hostFunctions[name].run(w, w.ctx, w.module, arguments)
	})
}

// A gate whose memory is no header map for Caddy: refused, with no more memory than the block itself has.
func FuzzReadPairs(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{255, 255, 255, 255})
	f.Add([]byte{1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 'a', 0, 'b', 0})
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'a', 0, 'b'})
	f.Add(appendPairs(nil, []pair{{"cookie", "a=b"}, {"", ""}, {"x", "\x00\xff"}}))
	f.Fuzz(func(t *testing.T, block []byte) {
		pairs, err := readPairs(block)
		if err != nil {
			return
		}
		total := 0
		for _, each := range pairs {
			total += len(each.name) + len(each.value)
		}
		if total > len(block) {
			t.Fatalf("%d bytes of %d", total, len(block))
		}
		again, err := readPairs(appendPairs(nil, pairs))
		if err != nil || !slices.Equal(again, pairs) {
			t.Fatalf("%q comes back as %q, %v", pairs, again, err)
		}
	})
}

// What a client sends: its headers reach the gate byte for byte, and what is not plain goes.
func FuzzPrepare(f *testing.F) {
	f.Add("Remote_User", "alice", "x")
	f.Add("", "", "")
	f.Add("cookie", "a=b\x00", "\xff")
	f.Add("X-Forwarded-PREFIX", "/", "/")
	f.Add("upgrade", "WebSocket", "websocket")
	f.Fuzz(func(t *testing.T, name, first, second string) {
		r := pageLoad("none")
		r.Header[name] = []string{first, second}
		if !prepare(r) {
			t.Fatal("no CONNECT")
		}
		for kept := range r.Header {
			if !isPlain(kept) || isMisleading(kept) || kept != http.CanonicalHeaderKey(kept) {
				t.Fatalf("%q is kept", kept)
			}
		}
		pairs, err := readPairs(appendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		header := make(http.Header)
		for _, each := range pairs[4:] {
			header.Add(each.name, each.value)
		}
		if len(header) != len(r.Header) {
			t.Fatalf("%q is told as %q", r.Header, header)
		}
		for kept, values := range r.Header {
			if !slices.Equal(header[kept], values) {
				t.Fatalf("%q is told as %q", values, header[kept])
			}
		}
	})
}

func TestGivesAGateThatNamesForeignMemoryUp(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	for _, at := range []uint32{0, 1 << 15, 1<<16 - 4, 1 << 16, 1<<32 - 1} {
		w.mutex.Lock()
		w.module.Memory().WriteUint32Le(0, at)
		status := w.handOver(w.ctx, w.module, []byte("eight by"), 32, 36)
		length, _ := w.module.Memory().ReadUint32Le(36)
		w.mutex.Unlock()
		if isGood := at == 1<<15; isGood != (status == statusOK) || isGood && length != 8 {
			t.Errorf("at %d: status %d", at, status)
		}
	}
}

func setMemory(w *worker, at, value uint32) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	bytes := binary.LittleEndian.AppendUint32(nil, value)
	w.module.Memory().Write(at, bytes)
}

package zerohop

import (
	"context"
	"net/http"
	"testing"
	"time"
)

type outcome struct {
	status int
	ended  error
}

// Begins a request whose application answers when it is told to, and ends when its context does.
func beginRequest(t *testing.T, g *gate, header http.Header) (answer chan struct{}, done chan outcome) {
	answer, done = make(chan struct{}), make(chan outcome, 1)
	r := pageLoad("none")
	for name, values := range header {
		r.Header[name] = values
	}
	ctx, cancel := context.WithCancel(r.Context())
	t.Cleanup(cancel)
	began := make(chan struct{})
	go func() {
		w := g.workers[0]
		prepare(r)
		r = r.WithContext(ctx)
		s := newStream(r, make(http.Header), cancel)
		defer w.end(s)
		close(began)
		if err := w.decide(s); err != nil {
			done <- outcome{503, err}
			return
		}
		if s.local != nil {
			done <- outcome{s.local.status, nil}
			return
		}
		select {
		case <-answer:
			w.respond(s)
			done <- outcome{200, nil}
		case <-ctx.Done():
			done <- outcome{0, ctx.Err()}
		}
	}()
	<-began
	return answer, done
}

func until(t *testing.T, what string, isSo func() bool) {
	for deadline := time.Now().Add(20 * time.Second); !isSo(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

func streamCount(w *worker) int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return len(w.streams)
}

// One request's trap: it gets 503, and nobody else notices, neither who waits, nor who is being answered, nor who comes meanwhile.
func TestATrapIsThatRequestsAlone(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	passing, passed := beginRequest(t, g, nil)
	until(t, "it is let in", func() bool { return streamCount(w) == 1 })
	setMemory(w, 4, actionPause)
	waiting, waited := beginRequest(t, g, nil)
	until(t, "it waits", func() bool { return streamCount(w) == 2 })
	socket, closed := beginRequest(t, g, http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}})
	until(t, "it waits", func() bool { return streamCount(w) == 3 })

	w.mutex.Lock()
	failing := w.last + 1
	w.mutex.Unlock()
	setMemory(w, 8, failing)
	_, failed := beginRequest(t, g, nil)
	if got := <-failed; got.status != 503 {
		t.Fatalf("the one that traps gets %d", got.status)
	}
	// The new instance lets everybody pass; it has the memory of none before.
	_, late := beginRequest(t, g, nil)
	until(t, "all are let in", func() bool { return streamCount(w) == 4 })
	for _, each := range []chan outcome{waited, closed, late, passed} {
		select {
		case got := <-each:
			t.Fatalf("%+v", got)
		default:
		}
	}
	close(passing)
	close(waiting)
	close(socket)
	for _, each := range []chan outcome{passed, waited, closed} {
		if got := <-each; got.status != 200 {
			t.Errorf("%+v", got)
		}
	}
}

// A trap over a response ends that exchange, so that nothing is open that nobody watches over.
func TestATrapOverAResponseEndsIt(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	_, other := beginRequest(t, g, nil)
	until(t, "it is let in", func() bool { return streamCount(w) == 1 })
	r := pageLoad("none")
	ctx, cancel := context.WithCancel(r.Context())
	s := newStream(r, make(http.Header), cancel)
	if err := w.decide(s); err != nil {
		t.Fatal(err)
	}
	setMemory(w, 12, s.id)
	w.respond(s)
	if ctx.Err() == nil {
		t.Error("it goes on")
	}
	until(t, "there is a new instance", func() bool {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		return !w.failed && len(w.streams) == 1
	})
	select {
	case got := <-other:
		t.Errorf("%+v", got)
	default:
	}
}

// A gate that traps with every tick, or over everything: others get an answer between, and the restarts leave most of the time.
func TestRestartsLeaveOthersTheProcessor(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	const traps = 20
	began := time.Now()
	var starts time.Duration
	for range traps {
		w.mutex.Lock()
		if pause, _ := w.ready(); pause == 0 {
			w.module.Memory().WriteUint32Le(8, w.last+1)
		}
		w.mutex.Unlock()
		_, failed := beginRequest(t, g, nil)
		select {
		case <-failed:
		case <-time.After(20 * time.Millisecond):
		}
		w.mutex.Lock()
		starts += w.startTook
		w.mutex.Unlock()
		answer, done := beginRequest(t, g, nil)
		close(answer)
		if got := <-done; got.status != 200 {
			t.Fatalf("another one gets %+v", got)
		}
	}
	if took := time.Since(began); starts > took/2 {
		t.Errorf("of %s restarts took %s", took, starts)
	}
}

// A client that goes away while the gate has it wait leaves nothing behind.
func TestAClientThatGoesWhileItWaits(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	w := g.workers[0]
	setMemory(w, 4, actionPause)
	r := pageLoad("none")
	ctx, cancel := context.WithCancel(r.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	s := newStream(r.WithContext(ctx), make(http.Header), cancel)
	if err := w.decide(s); err != context.Canceled {
		t.Errorf("%v", err)
	}
	w.end(s)
	if streamCount(w) != 0 {
		t.Error("its stream is still there")
	}
}

// The headers are the gate's only while the request or the response waits for it; Caddy's handlers use them without a lock.
func TestTheGateChangesNoHeadersThatAreCaddys(t *testing.T) {
	r := pageLoad("none")
	s := newStream(r, make(http.Header), func() {})
	for _, each := range []struct {
		phase             phase
		request, response bool
	}{{deciding, true, false}, {passing, false, false}, {responding, false, true}} {
		s.phase = each.phase
		if (s.headers(mapRequestHeaders) != nil) != each.request || (s.headers(mapResponseHeaders) != nil) != each.response {
			t.Errorf("phase %d", each.phase)
		}
	}
}

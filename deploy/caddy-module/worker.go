package zerohop

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"
	"go.uber.org/zap"
)

// A worker is one instance of the gate: it decides one request at a time, as a worker of Envoy does, and keeps its own cache of
// sessions. What is below the lock belongs to whoever holds it; the gate's calls into this program come while it is held. Nobody waits
// for anything with the lock: neither for a client, nor for the host, nor for an application.
type worker struct {
	gate *gate
	// Tells the functions that the gate calls whom they serve.
	ctx context.Context

	mutex     sync.Mutex
	module    api.Module
	allocate  api.Function
	onTick    api.Function
	onAnswer  api.Function
	onRequest api.Function
	onHeaders api.Function
	// The streams that are there, by the number that the gate knows them by.
	streams map[uint32]*stream
	last    uint32
	// The stream that the gate speaks for; nil when it speaks for itself.
	current *stream
	// The answer that the gate is being told of.
	answer *hostAnswer
	// Whether a call of the gate has ended in a trap; another instance takes its place.
	failed  bool
	retryAt time.Time
	// What the last start took, and with it the next pause.
	startTook time.Duration
	// Whether the gate has ended, and nothing is to be asked any more.
	isClosed bool
	// What is handed over, and the numbers of a call into the gate, to be used again.
	scratch    []byte
	stack      [8]uint64
	allocation [1]uint64
}

// The gate's only root context: what speaks for no stream speaks for this one.
const rootContext = 1

var (
	errGate   = errors.New("the gate has failed")
	errClosed = errors.New("the gate has ended")
)

// How long a failed gate waits before it is started anew: so many times what a start takes, so that one that fails each time leaves others
// most of the processor.
const (
	restartShare   = 10
	shortestPause  = 10 * time.Millisecond
	longestPause   = time.Second
	longestRestart = 2 * time.Second
)

// Starts an instance in the worker's place. Called with the lock held, or before anybody else knows the worker.
func (w *worker) start() error {
	began := time.Now()
	defer func() { w.startTook = time.Since(began) }()
	module, err := w.gate.instantiate(w.ctx)
	if err != nil {
		return err
	}
	w.module = module
	w.failed = false
	w.allocate = module.ExportedFunction("proxy_on_memory_allocate")
	w.onTick = module.ExportedFunction("proxy_on_tick")
	w.onAnswer = module.ExportedFunction("proxy_on_http_call_response")
	w.onRequest = module.ExportedFunction("proxy_on_request_headers")
	w.onHeaders = module.ExportedFunction("proxy_on_response_headers")
	configure := module.ExportedFunction("proxy_on_configure")
	for _, function := range []api.Function{w.allocate, w.onTick, w.onAnswer, w.onRequest, w.onHeaders, configure} {
		if function == nil {
			return errors.New("the module of the gate is another one than this release's")
		}
	}
	if _, err = w.call(configure, nil, rootContext, uint64(len(w.gate.configuration))); err != nil {
		return err
	}
	return w.replay()
}

// Tells a new instance of the streams that there are, so that one request's trap is not everybody's: who waits is decided about once more,
// and what is open is watched over as before.
func (w *worker) replay() error {
	for _, id := range slices.Sorted(maps.Keys(w.streams)) {
		s := w.streams[id]
		action, err := w.call(w.onRequest, s, uint64(id), 0, 0)
		if err != nil {
			return err
		}
		if s.phase == deciding && action == actionContinue {
			s.resume()
		}
		if s.hasResponse && s.local == nil {
			if _, err = w.call(w.onHeaders, s, uint64(id), 0, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// Calls into the gate, on behalf of a stream or of nobody. A trap makes the worker a failed one.
func (w *worker) call(function api.Function, on *stream, arguments ...uint64) (uint64, error) {
	w.current = on
	copy(w.stack[:], arguments)
	if err := function.CallWithStack(w.ctx, w.stack[:]); err != nil {
		w.fail(err)
		return 0, errGate
	}
	return w.stack[0], nil
}

// Gives an instance up whose call has trapped, and the stream that it spoke for. The others wait for the next instance.
func (w *worker) fail(cause error) {
	w.gate.logger().Error("the gate has failed and is started anew; please report it", zap.Error(cause))
	w.failed = true
	w.retryAt = time.Now().Add(min(max(w.startTook*restartShare, shortestPause), longestPause))
	if s := w.current; s != nil {
		delete(w.streams, s.id)
		s.hasFailed = true
		if s.phase != deciding {
			s.cancel()
		}
		s.resume()
	}
	for _, each := range w.streams {
		if each.phase == responding {
			// It only goes without its cookie.
			each.resume()
		}
	}
	w.current = nil
	_ = w.module.Close(w.ctx)
}

// Whether there is an instance to ask; a failed one is started anew when its pause is over, and until then the pause is returned.
func (w *worker) ready() (pause time.Duration, err error) {
	if w.isClosed {
		return 0, errClosed
	}
	if !w.failed {
		return 0, nil
	}
	if pause = time.Until(w.retryAt); pause > 0 {
		return pause, nil
	}
	if err = w.start(); err != nil {
		if !errors.Is(err, errGate) {
			w.failed = true
			w.retryAt = time.Now().Add(longestPause)
			w.gate.logger().Error("the gate cannot be started anew", zap.Error(err))
		}
		return max(time.Until(w.retryAt), shortestPause), nil
	}
	w.gate.logger().Info("the gate has been started anew", zap.Int("streams", len(w.streams)), zap.Duration("took", w.startTook))
	return 0, nil
}

// Has the gate decide a request. Returns when it has: the stream then has an answer, or the request goes on with other headers.
func (w *worker) decide(s *stream) error {
	isDecided, err := w.begin(s)
	if err != nil || isDecided {
		return err
	}
	return w.await(s)
}

func (w *worker) begin(s *stream) (isDecided bool, err error) {
	for deadline := time.Now().Add(longestRestart); ; {
		w.mutex.Lock()
		pause, err := w.ready()
		if err == nil && pause == 0 {
			break
		}
		w.mutex.Unlock()
		if err != nil || time.Now().Add(pause).After(deadline) {
			return false, errors.Join(errGate, err)
		}
		select {
		case <-time.After(pause):
		case <-s.request.Context().Done():
			return false, s.request.Context().Err()
		}
	}
	defer w.mutex.Unlock()
	w.last++
	for w.last <= rootContext || w.streams[w.last] != nil {
		w.last++
	}
	s.id = w.last
	w.streams[s.id] = s
	action, err := w.call(w.onRequest, s, uint64(s.id), 0, 0)
	if err != nil {
		return false, err
	}
	if action == actionContinue {
		s.phase = passing
	}
	return s.phase == passing, nil
}

// The longest that the gate may keep somebody waiting. It gives up by itself well before.
const longestWait = 10 * time.Second

// Waits until the gate resumes a stream that it has paused, or answers in the application's place.
func (w *worker) await(s *stream) error {
	timeout := time.NewTimer(longestWait)
	defer timeout.Stop()
	select {
	case <-s.resumed:
	case <-s.request.Context().Done():
		return s.request.Context().Err()
	case <-timeout.C:
		return errGate
	}
	if s.hasFailed {
		return errGate
	}
	return nil
}

// Tells the gate of a response's headers, which it may add a cookie to. Returns when they may go.
func (w *worker) respond(s *stream) {
	if w.beginResponse(s) && w.await(s) != nil {
		// The headers are about to be read, and must not change any more.
		w.end(s)
	}
}

// Whether the gate holds the response.
func (w *worker) beginResponse(s *stream) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.streams[s.id] != s {
		return false
	}
	s.responseType, s.hasResponse = s.response.Get("Content-Type"), true
	if w.failed || w.isClosed {
		return false
	}
	select {
	case <-s.resumed:
	default:
	}
	s.phase = responding
	action, err := w.call(w.onHeaders, s, uint64(s.id), 0, 0)
	if err != nil {
		return false
	}
	if action == actionContinue {
		s.phase = passing
	}
	return s.phase == responding
}

// The stream is over: the gate speaks for it no more.
func (w *worker) end(s *stream) {
	w.mutex.Lock()
	if w.streams[s.id] == s {
		delete(w.streams, s.id)
	}
	s.phase = passing
	w.mutex.Unlock()
}

// Tells the gate what the host has answered; nil when it has not.
func (w *worker) deliver(call uint32, answer *hostAnswer) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.failed || w.isClosed {
		return
	}
	headers, size := 0, 0
	if answer != nil {
		headers, size = len(answer.header)+1, len(answer.body)
	}
	w.answer = answer
	_, _ = w.call(w.onAnswer, nil, rootContext, uint64(call), uint64(headers), uint64(size), 0)
	w.answer = nil
}

func (w *worker) tick() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if pause, err := w.ready(); err == nil && pause == 0 {
		_, _ = w.call(w.onTick, nil, rootContext)
	}
}

// What a client has made long is not kept.
func (w *worker) dropLongScratch() {
	if cap(w.scratch) > longestKeptBlock {
		w.scratch = nil
	}
}

// Has the gate make room for bytes, lays them down there, and tells it where they are.
func (w *worker) handOver(ctx context.Context, module api.Module, bytes []byte, addressAt, lengthAt uint64) uint64 {
	w.allocation[0] = uint64(len(bytes))
	if err := w.allocate.CallWithStack(ctx, w.allocation[:]); err != nil {
		panic(err)
	}
	at := uint32(w.allocation[0])
	memory := module.Memory()
	if at == 0 && len(bytes) > 0 {
		return statusInternalFailure
	}
	if !memory.Write(at, bytes) || !memory.WriteUint32Le(uint32(addressAt), at) ||
		!memory.WriteUint32Le(uint32(lengthAt), uint32(len(bytes))) {
		return statusInvalidMemoryAccess
	}
	return statusOK
}

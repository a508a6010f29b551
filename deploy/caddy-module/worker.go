package zerohop

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"
	"go.uber.org/zap"
)

// A worker is one instance of the gate: it decides one request at a time, as a worker of Envoy does, and keeps its own cache of
// sessions. What is below the lock belongs to whoever holds it; the gate's calls into this program come while it is held.
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
	ticker    *time.Ticker
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
	// Whether the gate has ended, and nothing is to be asked any more.
	isClosed bool
	// What is handed over, and the numbers of a call into the gate, to be used again.
	block []byte
	stack [8]uint64
}

// The gate's only root context: what speaks for no stream speaks for this one.
const rootContext = 1

var errGate = errors.New("the gate has failed")

// How long a failed gate waits before it is started anew, so that one that fails each time takes no time from others.
const restartPause = time.Second

// Starts an instance in the worker's place. Called with the lock held, or before anybody else knows the worker.
func (w *worker) start() error {
	module, err := w.gate.instantiate(w.ctx)
	if err != nil {
		return err
	}
	w.module = module
	w.failed = false
	w.streams = make(map[uint32]*stream)
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
	_, err = w.call(configure, nil, rootContext, uint64(len(w.gate.configuration)))
	return err
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

// Gives an instance up whose call has trapped. What waits for it is refused, and what it watched over ends.
func (w *worker) fail(cause error) {
	w.gate.log.Error("the gate has failed and is started anew; please report it", zap.Error(cause))
	w.failed = true
	w.retryAt = time.Now().Add(restartPause)
	for _, each := range w.streams {
		each.abandon()
	}
	w.streams = make(map[uint32]*stream)
	_ = w.module.Close(w.ctx)
}

// Whether there is an instance to ask; a failed one is started anew when its pause is over.
func (w *worker) isUsable() bool {
	if !w.failed || w.isClosed {
		return !w.isClosed
	}
	if time.Now().Before(w.retryAt) {
		return false
	}
	w.retryAt = time.Now().Add(restartPause)
	if err := w.start(); err != nil {
		w.failed = true
		w.gate.log.Error("the gate cannot be started anew", zap.Error(err))
		return false
	}
	return true
}

// Has the gate decide a request. Returns when it has: the stream then has an answer, or the request goes on with other headers.
func (w *worker) decide(s *stream) error {
	action, err := w.begin(s)
	if err != nil || action == actionContinue {
		return err
	}
	return w.await(s)
}

func (w *worker) begin(s *stream) (uint64, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.isUsable() {
		return 0, errGate
	}
	w.last++
	if w.last <= rootContext {
		w.last = rootContext + 1
	}
	s.id = w.last
	w.streams[s.id] = s
	return w.call(w.onRequest, s, uint64(s.id), uint64(len(s.request.Header)), 0)
}

// The longest that the gate may keep somebody waiting. It gives up by itself well before.
const longestPause = time.Minute

// Waits until the gate resumes a stream that it has paused, or answers in the application's place.
func (w *worker) await(s *stream) error {
	if s.local != nil {
		return nil
	}
	timeout := time.NewTimer(longestPause)
	defer timeout.Stop()
	select {
	case <-s.resumed:
	case <-s.request.Context().Done():
		return s.request.Context().Err()
	case <-timeout.C:
		return errGate
	}
	if s.abandoned {
		return errGate
	}
	return nil
}

// Tells the gate of a response's headers, which it may add a cookie to. Returns when they may go.
func (w *worker) respond(s *stream) {
	w.mutex.Lock()
	if w.streams[s.id] != s {
		w.mutex.Unlock()
		return
	}
	s.responds = true
	action, err := w.call(w.onHeaders, s, uint64(s.id), 0, 0)
	w.mutex.Unlock()
	if err == nil && action != actionContinue && w.await(s) != nil {
		// The headers are about to be read, and must not change any more.
		w.end(s)
	}
}

// The stream is over: the gate speaks for it no more.
func (w *worker) end(s *stream) {
	w.mutex.Lock()
	if w.streams[s.id] == s {
		delete(w.streams, s.id)
	}
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

// Gives the gate its ticks, until the context is done.
func (w *worker) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			w.ticker.Stop()
			return
		case <-w.ticker.C:
			w.tick()
		}
	}
}

func (w *worker) tick() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.isUsable() {
		_, _ = w.call(w.onTick, nil, rootContext)
	}
}

// Has the gate make room for bytes, lays them down there, and tells it where they are.
func (w *worker) handOver(ctx context.Context, module api.Module, bytes []byte, addressAt, lengthAt uint32) uint64 {
	var stack [1]uint64
	stack[0] = uint64(len(bytes))
	if err := w.allocate.CallWithStack(ctx, stack[:]); err != nil {
		panic(err)
	}
	at := uint32(stack[0])
	memory := module.Memory()
	if at == 0 && len(bytes) > 0 {
		return statusInternalFailure
	}
	if !memory.Write(at, bytes) || !memory.WriteUint32Le(addressAt, at) ||
		!memory.WriteUint32Le(lengthAt, uint32(len(bytes))) {
		return statusBadArgument
	}
	return statusOK
}

// A stream is a request under way and its response, as the gate speaks of it.
type stream struct {
	id       uint32
	request  *http.Request
	response http.Header
	// Ends the exchange with the application, and with it the connection to the client.
	cancel context.CancelFunc
	// Whether the response has come, so that it is what waits.
	responds bool
	// Somebody who waits is woken once for each pause.
	resumed chan struct{}
	// Nobody answers for it any more.
	abandoned bool
	// What the gate answers in the application's place.
	local      *localResponse
	properties map[string][]byte
}

type localResponse struct {
	status  int
	headers []pair
	body    []byte
}

func (s *stream) resume() {
	select {
	case s.resumed <- struct{}{}:
	default:
	}
}

func (s *stream) abandon() {
	s.abandoned = true
	s.resume()
	s.cancel()
}

type pair struct{ name, value string }

// The block that proxy-wasm passes headers in: a count, the lengths of each name and value, then the bytes, each followed by NUL.
func appendPairs(block []byte, pairs []pair) []byte {
	block = binary.LittleEndian.AppendUint32(block, uint32(len(pairs)))
	for _, each := range pairs {
		block = binary.LittleEndian.AppendUint32(block, uint32(len(each.name)))
		block = binary.LittleEndian.AppendUint32(block, uint32(len(each.value)))
	}
	for _, each := range pairs {
		block = append(append(block, each.name...), 0)
		block = append(append(block, each.value...), 0)
	}
	return block
}

func readPairs(block []byte) ([]pair, error) {
	if len(block) == 0 {
		return nil, nil
	}
	broken := fmt.Errorf("a header map of %d bytes that does not hold what it says", len(block))
	if len(block) < 4 {
		return nil, broken
	}
	count := uint64(binary.LittleEndian.Uint32(block))
	from := 4 + count*8
	if from > uint64(len(block)) {
		return nil, broken
	}
	pairs := make([]pair, 0, count)
	take := func(length uint32) (string, bool) {
		end := from + uint64(length)
		if end >= uint64(len(block)) {
			return "", false
		}
		text := string(block[from:end])
		from = end + 1
		return text, true
	}
	for i := uint64(0); i < count; i++ {
		name, isName := take(binary.LittleEndian.Uint32(block[4+i*8:]))
		value, isValue := take(binary.LittleEndian.Uint32(block[8+i*8:]))
		if !isName || !isValue {
			return nil, broken
		}
		pairs = append(pairs, pair{name, value})
	}
	return pairs, nil
}

// The headers of a request as the gate reads them: the pseudo-headers of HTTP/2 (RFC 9113, section 8.3.1), and names in lower case.
func (s *stream) requestPairs(pairs []pair) []pair {
	r := s.request
	pairs = append(pairs,
		pair{":authority", r.Host}, pair{":path", r.URL.RequestURI()}, pair{":method", r.Method}, pair{":scheme", schemeOf(r)})
	return appendHeader(pairs, r.Header)
}

func appendHeader(pairs []pair, header http.Header) []pair {
	for name, values := range header {
		lower := lowered(name)
		for _, value := range values {
			pairs = append(pairs, pair{lower, value})
		}
	}
	return pairs
}

// Names that nearly every request has, in lower case.
var loweredNames = func() map[string]string {
	names := make(map[string]string)
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection", "Content-Length",
		"Content-Type", "Cookie", "Dnt", "If-Modified-Since", "If-None-Match", "Origin", "Pragma", "Priority", "Range", "Referer",
		"Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User",
		"Te", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "X-Requested-With",
	} {
		names[name] = strings.ToLower(name)
	}
	return names
}()

func lowered(name string) string {
	if known, isKnown := loweredNames[name]; isKnown {
		return known
	}
	return strings.ToLower(name)
}

// Takes all values of a header away, in whatever case its name was written.
func removeHeader(header http.Header, name string) {
	for each := range header {
		if strings.EqualFold(each, name) {
			delete(header, each)
		}
	}
}

package zerohop

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// What a stream is at. Only while the gate decides, or holds the response, do the headers belong to it: at any other time Caddy's handlers
// read and write them without a lock.
type phase int

const (
	deciding phase = iota
	passing
	responding
)

// A stream is a request under way and its response, as the gate speaks of it. What is below the worker's lock is marked so.
type stream struct {
	id       uint32
	request  *http.Request
	response http.Header
	// The request's headers as they came, for the gate: the block of appendRequest. A gate that is started anew reads them once more.
	block []byte
	// Ends the exchange with the application, and with it the connection to the client.
	cancel context.CancelFunc
	// Somebody who waits is woken once for each pause.
	resumed chan struct{}

	// The rest is below the lock, and after a pause that of whoever has waited.
	phase phase
	// Whether the gate has changed the headers, so that the block does not tell them any more.
	isEdited bool
	// The Content-Type of the response, once that has begun.
	responseType string
	hasResponse  bool
	// Whether the gate has trapped over this stream.
	hasFailed bool
	// What the gate answers in the application's place.
	local      *localResponse
	properties map[string][]byte
}

type localResponse struct {
	status  int
	headers []pair
	body    []byte
}

var blocks = sync.Pool{New: func() any { return new([]byte) }}

// Blocks that a client has made long are not kept. Bytes.
const longestKeptBlock = 16 << 10

func newStream(request *http.Request, response http.Header, cancel context.CancelFunc) *stream {
	room := blocks.Get().(*[]byte)
	return &stream{
		request: request, response: response, block: appendRequest((*room)[:0], request), cancel: cancel,
		resumed: make(chan struct{}, 1),
	}
}

// free gives the stream's memory back. The gate does not know it any more.
func (s *stream) free() {
	if cap(s.block) <= longestKeptBlock {
		block := s.block
		blocks.Put(&block)
	}
	s.block = nil
}

// headers are the map of the ABI that the gate may read and change now; nil for none.
func (s *stream) headers(which uint64) http.Header {
	switch {
	case which == mapRequestHeaders && s.phase == deciding:
		return s.request.Header
	case which == mapResponseHeaders && s.phase == responding:
		return s.response
	}
	return nil
}

// resume wakes who waits for the gate: the headers are Caddy's again.
func (s *stream) resume() {
	s.phase = passing
	select {
	case s.resumed <- struct{}{}:
	default:
	}
}

// refuseAgain ends what a new instance of the gate does not let pass, where that is to be watched over: what else has been let in runs to
// its end, as always.
func (s *stream) refuseAgain() {
	pairs, _ := readPairs(s.block)
	isOpen := strings.HasPrefix(s.responseType, "text/event-stream")
	for _, each := range pairs {
		switch each.name {
		case "upgrade":
			isOpen = true
		case "accept":
			isOpen = isOpen || strings.Contains(each.value, "text/event-stream")
		case "content-type":
			isOpen = isOpen || strings.HasPrefix(each.value, "application/grpc")
		}
	}
	if isOpen {
		s.cancel()
	}
}

func (answer *localResponse) write(writer http.ResponseWriter) error {
	header := writer.Header()
	for _, each := range answer.headers {
		header.Add(each.name, each.value)
	}
	header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	writer.WriteHeader(answer.status)
	_, err := writer.Write(answer.body)
	return err
}

// watchedWriter tells the gate of the response's headers before they go, by whatever way they do.
type watchedWriter struct {
	*caddyhttp.ResponseWriterWrapper
	worker  *worker
	stream  *stream
	isBegun bool
}

func (w *watchedWriter) WriteHeader(status int) {
	// What only informs is followed by the response itself; 101 is one.
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		w.begin()
	}
	w.ResponseWriterWrapper.WriteHeader(status)
}

func (w *watchedWriter) begin() {
	if !w.isBegun {
		w.isBegun = true
		w.worker.respond(w.stream)
	}
}

func (w *watchedWriter) Write(bytes []byte) (int, error) {
	w.begin()
	return w.ResponseWriterWrapper.Write(bytes)
}

// ReadFrom is what io.Copy calls in the place of Write.
func (w *watchedWriter) ReadFrom(from io.Reader) (int64, error) {
	w.begin()
	return w.ResponseWriterWrapper.ReadFrom(from)
}

// FlushError is what http.ResponseController calls; it sends headers that have not gone yet.
func (w *watchedWriter) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

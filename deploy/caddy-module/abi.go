package zerohop

import (
	"context"
	"encoding/binary"
	"net/http"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"go.uber.org/zap"
)

// What the gate asks of its proxy: those functions of the proxy-wasm ABI 0.2.1 that it imports in Envoy, with Envoy's meaning. The
// arguments of a call are on the stack, where its status takes the place of the first.

const (
	statusOK                  = 0
	statusNotFound            = 1
	statusBadArgument         = 2
	statusInvalidMemoryAccess = 6
	statusCasMismatch         = 8
	statusInternalFailure     = 10
)

const (
	actionContinue = 0
	actionPause    = 1
)

const (
	mapRequestHeaders      = 0
	mapResponseHeaders     = 2
	mapCallResponseHeaders = 6
)

const (
	bufferCallResponseBody = 4
	bufferConfiguration    = 7
)

const streamRequest = 0

type workerKey struct{}

// The context of a worker's calls: it is looked at with each of the gate's.
type workerContext struct {
	context.Context
	worker *worker
}

func (c workerContext) Value(key any) any {
	if _, isWorker := key.(workerKey); isWorker {
		return c.worker
	}
	return c.Context.Value(key)
}

type hostFunction func(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64

// Each function's number of arguments, all of 32 bits but those named in `wide`.
var hostFunctions = map[string]struct {
	arguments int
	wide      int
	run       hostFunction
}{
	"proxy_log":                          {3, -1, logLine},
	"proxy_get_current_time_nanoseconds": {1, -1, currentTime},
	"proxy_set_tick_period_milliseconds": {1, -1, setTickPeriod},
	"proxy_get_property":                 {4, -1, getProperty},
	"proxy_set_property":                 {4, -1, setProperty},
	"proxy_get_buffer_bytes":             {5, -1, getBuffer},
	"proxy_get_header_map_pairs":         {3, -1, getHeaderPairs},
	"proxy_get_header_map_value":         {5, -1, getHeader},
	"proxy_add_header_map_value":         {5, -1, addHeader},
	"proxy_replace_header_map_value":     {5, -1, replaceHeader},
	"proxy_remove_header_map_value":      {3, -1, dropHeader},
	"proxy_send_local_response":          {8, -1, sendLocalResponse},
	"proxy_http_call":                    {10, -1, callHost},
	"proxy_get_shared_data":              {5, -1, getSharedData},
	"proxy_set_shared_data":              {5, -1, setSharedData},
	"proxy_set_effective_context":        {1, -1, setEffectiveContext},
	"proxy_continue_stream":              {1, -1, continueStream},
	"proxy_close_stream":                 {1, -1, closeStream},
	"proxy_define_metric":                {4, -1, defineMetric},
	"proxy_increment_metric":             {2, 1, incrementMetric},
	"proxy_record_metric":                {2, 1, recordMetric},
}

func instantiateHostFunctions(ctx context.Context, runtime wazero.Runtime) error {
	builder := runtime.NewHostModuleBuilder("env")
	for name, function := range hostFunctions {
		types := make([]api.ValueType, function.arguments)
		for i := range types {
			types[i] = api.ValueTypeI32
		}
		if function.wide >= 0 {
			types[function.wide] = api.ValueTypeI64
		}
		run, wide := function.run, function.wide
		call := func(ctx context.Context, module api.Module, stack []uint64) {
			// Of a slot with 32 bits the upper half is whatever was there.
			for i := range types {
				if i != wide {
					stack[i] = uint64(uint32(stack[i]))
				}
			}
			stack[0] = run(ctx.Value(workerKey{}).(*worker), ctx, module, stack)
		}
		builder.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(call), types, []api.ValueType{api.ValueTypeI32}).Export(name)
	}
	_, err := builder.Instantiate(ctx)
	return err
}

// The bytes at an address; those of the gate's memory, so they are to be copied where they are kept. Bytes outside of it end in a trap.
func bytesAt(module api.Module, at, length uint64) []byte {
	bytes, isInside := module.Memory().Read(uint32(at), uint32(length))
	if !isInside {
		panic("the gate names bytes outside of its memory")
	}
	return bytes
}

func textAt(module api.Module, at, length uint64) string {
	return string(bytesAt(module, at, length))
}

// Lays a number down where the gate wants it; a trap outside of its memory.
func putNumber(module api.Module, at uint64, number uint32) {
	if !module.Memory().WriteUint32Le(uint32(at), number) {
		panic("the gate names bytes outside of its memory")
	}
}

func logLine(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	line := strings.TrimPrefix(textAt(module, arguments[1], arguments[2]), "zerohop: ")
	log := w.gate.logger()
	switch arguments[0] {
	case 0, 1:
		log.Debug(line)
	case 2:
		log.Info(line)
	case 3:
		log.Warn(line)
	default:
		log.Error(line)
	}
	return statusOK
}

func currentTime(_ *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	if !module.Memory().WriteUint64Le(uint32(arguments[0]), uint64(time.Now().UnixNano())) {
		return statusInvalidMemoryAccess
	}
	return statusOK
}

func setTickPeriod(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	w.gate.ticker.Reset(max(time.Duration(uint32(arguments[0]))*time.Millisecond, time.Millisecond))
	return statusOK
}

func getProperty(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	path := bytesAt(module, arguments[0], arguments[1])
	if w.current == nil {
		return statusNotFound
	}
	var value []byte
	switch string(path) {
	case "source\x00address":
		value = append(w.scratch[:0], clientAddress(w.current.request)...)
		w.scratch = value
	case "connection\x00id":
		value = binary.LittleEndian.AppendUint64(w.scratch[:0], connectionNumber(w.current.request))
		w.scratch = value
	default:
		value = w.current.properties[string(path)]
	}
	if len(value) == 0 {
		return statusNotFound
	}
	return w.handOver(ctx, module, value, arguments[2], arguments[3])
}

func setProperty(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	name, value := textAt(module, arguments[0], arguments[1]), []byte(textAt(module, arguments[2], arguments[3]))
	if w.current == nil {
		return statusNotFound
	}
	// Who has been let pass reads them without the lock.
	if w.current.phase == deciding {
		if w.current.properties == nil {
			w.current.properties = make(map[string][]byte)
		}
		w.current.properties[name] = value
	}
	return statusOK
}

func getBuffer(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	var bytes []byte
	switch arguments[0] {
	case bufferConfiguration:
		bytes = w.gate.configuration
	case bufferCallResponseBody:
		if w.answer != nil {
			bytes = w.answer.body
		}
	}
	from := min(arguments[1], uint64(len(bytes)))
	bytes = bytes[from:]
	bytes = bytes[:min(arguments[2], uint64(len(bytes)))]
	if len(bytes) == 0 {
		return statusNotFound
	}
	return w.handOver(ctx, module, bytes, arguments[3], arguments[4])
}

// The headers of a map of the ABI; nil when there are none.
func (w *worker) header(which uint64) http.Header {
	switch {
	case which == mapCallResponseHeaders && w.answer != nil:
		return w.answer.header
	case w.current != nil:
		return w.current.headers(which)
	}
	return nil
}

func getHeaderPairs(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	s := w.current
	if arguments[0] == mapRequestHeaders && s != nil {
		if !s.isEdited || s.phase != deciding {
			return w.handOver(ctx, module, s.block, arguments[1], arguments[2])
		}
		w.scratch = appendRequest(w.scratch[:0], s.request)
	} else {
		header := w.header(arguments[0])
		if header == nil {
			return statusNotFound
		}
		w.scratch = appendPairs(w.scratch[:0], pairsOf(nil, header))
	}
	defer w.dropLongScratch()
	return w.handOver(ctx, module, w.scratch, arguments[1], arguments[2])
}

func getHeader(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	name := spelled(bytesAt(module, arguments[1], arguments[2]))
	var value string
	header := w.header(arguments[0])
	switch {
	case arguments[0] == mapCallResponseHeaders && w.answer != nil && name == ":status":
		value = w.answer.status
	case header != nil:
		values := header[name]
		if len(values) == 0 {
			return statusNotFound
		}
		value = values[0]
	case arguments[0] == mapResponseHeaders && w.current != nil && w.current.hasResponse && name == "Content-Type":
		value = w.current.responseType
	default:
		return statusNotFound
	}
	w.scratch = append(w.scratch[:0], value...)
	return w.handOver(ctx, module, w.scratch, arguments[3], arguments[4])
}

// The headers that the gate is about to change. Those of a request that has been let pass are as it has had them already.
func (w *worker) edited(which uint64) (header http.Header, status uint64) {
	if header = w.header(which); header == nil {
		if which == mapRequestHeaders && w.current != nil {
			return nil, statusOK
		}
		return nil, statusBadArgument
	}
	if which == mapRequestHeaders {
		w.current.isEdited = true
	}
	return header, statusOK
}

func addHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	name, value := spelled(bytesAt(module, arguments[1], arguments[2])), textAt(module, arguments[3], arguments[4])
	header, status := w.edited(arguments[0])
	if header != nil {
		header[name] = append(header[name], value)
	}
	return status
}

func replaceHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	name, value := spelled(bytesAt(module, arguments[1], arguments[2])), textAt(module, arguments[3], arguments[4])
	header, status := w.edited(arguments[0])
	if header != nil {
		header[name] = []string{value}
	}
	return status
}

func dropHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	name := spelled(bytesAt(module, arguments[1], arguments[2]))
	header, status := w.edited(arguments[0])
	if header != nil {
		delete(header, name)
	}
	return status
}

func sendLocalResponse(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	headers, err := readPairs(bytesAt(module, arguments[5], arguments[6]))
	body := []byte(textAt(module, arguments[3], arguments[4]))
	// net/http panics at others.
	isStatus := arguments[0] >= http.StatusOK && arguments[0] <= 599
	switch s := w.current; {
	case err != nil || !isStatus || s == nil || s.local != nil:
		return statusBadArgument
	case s.phase == deciding:
		s.local = &localResponse{int(arguments[0]), headers, body}
		s.resume()
	default:
		s.refuseAgain()
	}
	return statusOK
}

func callHost(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	headers, err := readPairs(bytesAt(module, arguments[2], arguments[3]))
	if err != nil {
		return statusBadArgument
	}
	timeout := time.Duration(uint32(arguments[8])) * time.Millisecond
	putNumber(module, arguments[9], w.gate.host.begin(headers, timeout, w))
	return statusOK
}

func getSharedData(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	name := textAt(module, arguments[0], arguments[1])
	value, version := w.gate.sharedFor(name).get(name)
	if version == 0 {
		return statusNotFound
	}
	putNumber(module, arguments[4], version)
	return w.handOver(ctx, module, value, arguments[2], arguments[3])
}

func setSharedData(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	name, value := textAt(module, arguments[0], arguments[1]), []byte(textAt(module, arguments[2], arguments[3]))
	if !w.gate.sharedFor(name).set(name, value, uint32(arguments[4])) {
		return statusCasMismatch
	}
	if w.answer != nil {
		w.gate.tellWorkers()
	}
	return statusOK
}

func setEffectiveContext(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	id := uint32(arguments[0])
	if id == rootContext {
		w.current = nil
		return statusOK
	}
	s := w.streams[id]
	if s == nil {
		return statusBadArgument
	}
	w.current = s
	return statusOK
}

func continueStream(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	s := w.current
	if s == nil {
		return statusBadArgument
	}
	held := responding
	if arguments[0] == streamRequest {
		held = deciding
	}
	if s.phase == held {
		s.resume()
	}
	return statusOK
}

func closeStream(w *worker, _ context.Context, _ api.Module, _ []uint64) uint64 {
	if w.current == nil {
		return statusBadArgument
	}
	w.gate.logger().Debug("a connection is closed, for its session is over", zap.Uint32("stream", w.current.id))
	w.current.cancel()
	return statusOK
}

func defineMetric(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	putNumber(module, arguments[3], counted.define(w.gate.name, textAt(module, arguments[1], arguments[2]), arguments[0] == 0))
	return statusOK
}

func incrementMetric(_ *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	counted.add(uint32(arguments[0]), int64(arguments[1]))
	return statusOK
}

func recordMetric(_ *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	counted.set(uint32(arguments[0]), int64(arguments[1]))
	return statusOK
}

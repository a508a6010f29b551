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
	statusOK              = 0
	statusNotFound        = 1
	statusBadArgument     = 2
	statusCasMismatch     = 8
	statusInternalFailure = 10
)

const actionContinue = 0

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

func withWorker(ctx context.Context, w *worker) context.Context {
	return context.WithValue(ctx, workerKey{}, w)
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

// The bytes at an address; those of the gate's memory, so they are to be copied where they are kept.
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

func logLine(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	line := strings.TrimPrefix(textAt(module, arguments[1], arguments[2]), "zerohop: ")
	log := w.gate.log
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
	module.Memory().WriteUint64Le(uint32(arguments[0]), uint64(time.Now().UnixNano()))
	return statusOK
}

func setTickPeriod(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	w.ticker.Reset(max(time.Duration(uint32(arguments[0]))*time.Millisecond, time.Millisecond))
	return statusOK
}

func getProperty(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	if w.current == nil {
		return statusNotFound
	}
	var value []byte
	switch path := bytesAt(module, arguments[0], arguments[1]); string(path) {
	case "source\x00address":
		value = []byte(clientAddress(w.current.request))
	case "connection\x00id":
		value = binary.LittleEndian.AppendUint64(nil, connectionNumber(w.current.request))
	default:
		value = w.current.properties[string(path)]
	}
	if len(value) == 0 {
		return statusNotFound
	}
	return w.handOver(ctx, module, value, uint32(arguments[2]), uint32(arguments[3]))
}

func setProperty(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	if w.current == nil {
		return statusNotFound
	}
	name, value := textAt(module, arguments[0], arguments[1]), []byte(textAt(module, arguments[2], arguments[3]))
	if w.current.properties == nil {
		w.current.properties = make(map[string][]byte)
	}
	w.current.properties[name] = value
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
	return w.handOver(ctx, module, bytes, uint32(arguments[3]), uint32(arguments[4]))
}

// The header that a map of the ABI is; nil when there is none.
func (w *worker) header(which uint64) http.Header {
	switch {
	case which == mapRequestHeaders && w.current != nil:
		return w.current.request.Header
	case which == mapResponseHeaders && w.current != nil:
		return w.current.response
	case which == mapCallResponseHeaders && w.answer != nil:
		return w.answer.header
	}
	return nil
}

func getHeaderPairs(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	header := w.header(arguments[0])
	if header == nil {
		return statusNotFound
	}
	var room [48]pair
	pairs := room[:0]
	if arguments[0] == mapRequestHeaders {
		pairs = w.current.requestPairs(pairs)
	} else {
		pairs = appendHeader(pairs, header)
	}
	w.block = appendPairs(w.block[:0], pairs)
	return w.handOver(ctx, module, w.block, uint32(arguments[1]), uint32(arguments[2]))
}

func getHeader(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	header := w.header(arguments[0])
	if header == nil {
		return statusNotFound
	}
	name := textAt(module, arguments[1], arguments[2])
	if name == ":status" && w.answer != nil && arguments[0] == mapCallResponseHeaders {
		return w.handOver(ctx, module, []byte(w.answer.status), uint32(arguments[3]), uint32(arguments[4]))
	}
	for each, values := range header {
		if len(values) > 0 && strings.EqualFold(each, name) {
			return w.handOver(ctx, module, []byte(values[0]), uint32(arguments[3]), uint32(arguments[4]))
		}
	}
	return statusNotFound
}

func addHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	header := w.header(arguments[0])
	if header == nil {
		return statusBadArgument
	}
	header.Add(textAt(module, arguments[1], arguments[2]), textAt(module, arguments[3], arguments[4]))
	return statusOK
}

func replaceHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	header := w.header(arguments[0])
	if header == nil {
		return statusBadArgument
	}
	name := textAt(module, arguments[1], arguments[2])
	removeHeader(header, name)
	header.Set(name, textAt(module, arguments[3], arguments[4]))
	return statusOK
}

func dropHeader(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	header := w.header(arguments[0])
	if header == nil {
		return statusBadArgument
	}
	removeHeader(header, textAt(module, arguments[1], arguments[2]))
	return statusOK
}

func sendLocalResponse(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	if w.current == nil || w.current.responds || w.current.local != nil {
		return statusBadArgument
	}
	headers, err := readPairs(bytesAt(module, arguments[5], arguments[6]))
	if err != nil {
		return statusBadArgument
	}
	body := []byte(textAt(module, arguments[3], arguments[4]))
	w.current.local = &localResponse{int(uint32(arguments[0])), headers, body}
	w.current.resume()
	return statusOK
}

func callHost(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	headers, err := readPairs(bytesAt(module, arguments[2], arguments[3]))
	if err != nil {
		return statusBadArgument
	}
	timeout := time.Duration(uint32(arguments[8])) * time.Millisecond
	call := w.gate.host.begin(headers, timeout, w)
	module.Memory().WriteUint32Le(uint32(arguments[9]), call)
	return statusOK
}

func getSharedData(w *worker, ctx context.Context, module api.Module, arguments []uint64) uint64 {
	value, version := shared.get(textAt(module, arguments[0], arguments[1]))
	if version == 0 {
		return statusNotFound
	}
	module.Memory().WriteUint32Le(uint32(arguments[4]), version)
	return w.handOver(ctx, module, value, uint32(arguments[2]), uint32(arguments[3]))
}

func setSharedData(_ *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	value := []byte(textAt(module, arguments[2], arguments[3]))
	if !shared.set(textAt(module, arguments[0], arguments[1]), value, uint32(arguments[4])) {
		return statusCasMismatch
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
	if w.current == nil || (arguments[0] == streamRequest) == w.current.responds {
		return statusBadArgument
	}
	w.current.resume()
	return statusOK
}

func closeStream(w *worker, _ context.Context, _ api.Module, _ []uint64) uint64 {
	if w.current == nil {
		return statusBadArgument
	}
	w.gate.log.Debug("a connection is closed, for its session is over", zap.Uint32("stream", w.current.id))
	w.current.cancel()
	return statusOK
}

func defineMetric(w *worker, _ context.Context, module api.Module, arguments []uint64) uint64 {
	id := w.gate.metrics.define(textAt(module, arguments[1], arguments[2]), arguments[0] == 0)
	module.Memory().WriteUint32Le(uint32(arguments[3]), id)
	return statusOK
}

func incrementMetric(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	w.gate.metrics.add(uint32(arguments[0]), int64(arguments[1]))
	return statusOK
}

func recordMetric(w *worker, _ context.Context, _ api.Module, arguments []uint64) uint64 {
	w.gate.metrics.set(uint32(arguments[0]), int64(arguments[1]))
	return statusOK
}

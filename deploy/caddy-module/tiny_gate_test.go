package zerohop

// A gate of a few instructions, which does what its memory says: what a gate that is broken, or not ours, could do.
//
// Memory: at 0 what proxy_on_memory_allocate returns, at 4 what proxy_on_request_headers and proxy_on_response_headers return, at 8 the
// number of the stream that the first of these traps over, at 12 that of the second, at 16 whether every tick traps.
var tinyGate = func() []byte {
	const i32, load, equal, ifElse, unreachable, end = 0x7f, 0x28, 0x46, 0x04, 0x00, 0x0b
	loadAt := func(at byte) []byte { return []byte{0x41, at, load, 2, 0} }
	join := func(parts ...[]byte) (all []byte) {
		for _, each := range parts {
			all = append(all, each...)
		}
		return all
	}
	withLength := func(bytes []byte) []byte {
		n, length := len(bytes), []byte(nil)
		for ; n >= 0x80; n >>= 7 {
			length = append(length, byte(n)|0x80)
		}
		return join(append(length, byte(n)), bytes)
	}
	section := func(id byte, items ...[]byte) []byte {
		return join([]byte{id}, withLength(join([]byte{byte(len(items))}, join(items...))))
	}
	kind := func(parameters, results int) []byte {
		types := join([]byte{0x60, byte(parameters)})
		for range parameters {
			types = append(types, i32)
		}
		types = append(types, byte(results))
		for range results {
			types = append(types, i32)
		}
		return types
	}
	trapFor := func(at byte) []byte {
		return join([]byte{0x20, 0}, loadAt(at), []byte{equal, ifElse, 0x40, unreachable, end})
	}
	functions := []struct {
		name                string
		parameters, results int
		code                []byte
	}{
		{"proxy_on_memory_allocate", 1, 1, loadAt(0)},
		{"proxy_on_request_headers", 3, 1, join(trapFor(8), loadAt(4))},
		{"proxy_on_response_headers", 3, 1, join(trapFor(12), loadAt(4))},
		{"proxy_on_configure", 2, 1, []byte{0x41, 1}},
		{"proxy_on_tick", 1, 0, join(loadAt(16), []byte{ifElse, 0x40, unreachable, end})},
		{"proxy_on_http_call_response", 5, 0, nil},
	}
	var types, indexes, exports, codes [][]byte
	for i, each := range functions {
		types = append(types, kind(each.parameters, each.results))
		indexes = append(indexes, []byte{byte(i)})
		exports = append(exports, join(withLength([]byte(each.name)), []byte{0, byte(i)}))
		codes = append(codes, withLength(join([]byte{0}, each.code, []byte{end})))
	}
	exports = append(exports, join(withLength([]byte("memory")), []byte{2, 0}))
	return join([]byte("\x00asm\x01\x00\x00\x00"), section(1, types...), section(3, indexes...), section(5, []byte{0, 1}),
		section(7, exports...), section(10, codes...))
}()

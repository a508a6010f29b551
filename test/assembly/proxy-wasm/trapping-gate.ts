// The gate with a way to make it trap, for a test that compiles it: a request with the header `x-trap` dies in the filter.
import { proxy_on_request_headers as filter } from "../../../assembly/proxy-wasm/envoy/index";
import { HeaderMap, proxy_get_header_map_value, Status } from "../../../assembly/proxy-wasm/abi/env";
import { text } from "../../../assembly/memory/text";

export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_http_call_response,
  proxy_on_memory_allocate,
  proxy_on_response_headers,
  proxy_on_tick,
} from "../../../assembly/proxy-wasm/envoy/index";

const TRAP = text("x-trap");
const value: usize = memory.data(8, 4);

export function proxy_on_request_headers(context: i32, headerCount: i32, endOfStream: i32): i32 {
  const found = proxy_get_header_map_value(HeaderMap.RequestHeaders, TRAP.at, TRAP.length, value, value + 4);
  if (found == Status.Ok) unreachable();
  return filter(context, headerCount, endOfStream);
}

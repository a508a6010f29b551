// The host functions of proxy-wasm ABI 0.2.1 that the gate uses: only ones that Envoy and ngx_wasm_module both link. Names
// and argument order are the specification's; every address is one of this module's memory. The file has the name of the WebAssembly
// module that it imports from, as AssemblyScript wants it.

export const enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  CasMismatch = 8,
}

export const enum LogLevel {
  Trace,
  Debug,
  Info,
  Warn,
  Error,
  Critical,
}

export const enum Action {
  Continue = 0,
  Pause = 1,
}

export const enum HeaderMap {
  RequestHeaders = 0,
  ResponseHeaders = 2,
  HttpCallResponseHeaders = 6,
}

export const enum Stream {
  Request = 0,
  Response = 1,
}

export const enum Metric {
  Counter = 0,
  Gauge = 1,
}

export const enum Buffer {
  HttpCallResponseBody = 4,
  PluginConfiguration = 7,
}

export declare function proxy_log(level: LogLevel, messageAt: usize, messageLength: i32): Status;

export declare function proxy_get_current_time_nanoseconds(time: usize): Status;

export declare function proxy_set_tick_period_milliseconds(period: u32): Status;

export declare function proxy_get_property(pathAt: usize, pathLength: i32, valueAt: usize, valueLength: usize): Status;

export declare function proxy_get_buffer_bytes(
  buffer: Buffer,
  from: i32,
  maxLength: i32,
  bytesAt: usize,
  bytesLength: usize,
): Status;

export declare function proxy_get_header_map_pairs(map: HeaderMap, pairsAt: usize, pairsLength: usize): Status;

export declare function proxy_get_header_map_value(
  map: HeaderMap,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: usize,
): Status;

export declare function proxy_add_header_map_value(
  map: HeaderMap,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): Status;

export declare function proxy_replace_header_map_value(
  map: HeaderMap,
  nameAt: usize,
  nameLength: i32,
  valueAt: usize,
  valueLength: i32,
): Status;

export declare function proxy_remove_header_map_value(map: HeaderMap, nameAt: usize, nameLength: i32): Status;

export declare function proxy_send_local_response(
  status: i32,
  detailsAt: usize,
  detailsLength: i32,
  bodyAt: usize,
  bodyLength: i32,
  headersAt: usize,
  headersLength: i32,
  grpcStatus: i32,
): Status;

export declare function proxy_http_call(
  clusterAt: usize,
  clusterLength: i32,
  headersAt: usize,
  headersLength: i32,
  bodyAt: usize,
  bodyLength: i32,
  trailersAt: usize,
  trailersLength: i32,
  timeoutMilliseconds: i32,
  callId: usize,
): Status;

export declare function proxy_get_shared_data(
  keyAt: usize,
  keyLength: i32,
  valueAt: usize,
  valueLength: usize,
  cas: usize,
): Status;

export declare function proxy_set_shared_data(
  keyAt: usize,
  keyLength: i32,
  valueAt: usize,
  valueLength: i32,
  cas: u32,
): Status;

export declare function proxy_set_property(pathAt: usize, pathLength: i32, valueAt: usize, valueLength: i32): Status;

export declare function proxy_set_effective_context(context: i32): Status;

export declare function proxy_continue_stream(stream: Stream): Status;

export declare function proxy_close_stream(stream: Stream): Status;

export declare function proxy_define_metric(metric: Metric, nameAt: usize, nameLength: i32, id: usize): Status;

export declare function proxy_increment_metric(id: u32, by: i64): Status;

export declare function proxy_record_metric(id: u32, value: u64): Status;

// A filter in AssemblyScript that does what a request's path says, to test the host with. It reports by log lines.
export const probeFilter = `
  @external("env", "proxy_log") declare function proxy_log(level: i32, at: usize, length: i32): i32;
  @external("env", "proxy_get_header_map_pairs") declare function getPairs(map: i32, at: usize, length: usize): i32;
  @external("env", "proxy_set_header_map_pairs") declare function setPairs(map: i32, at: usize, length: i32): i32;
  @external("env", "proxy_get_header_map_value") declare function getValue(map: i32, name: usize, length: i32, at: usize, size: usize): i32;
  @external("env", "proxy_add_header_map_value") declare function addValue(map: i32, name: usize, length: i32, value: usize, size: i32): i32;
  @external("env", "proxy_replace_header_map_value") declare function replaceValue(map: i32, name: usize, length: i32, value: usize, size: i32): i32;
  @external("env", "proxy_remove_header_map_value") declare function removeValue(map: i32, name: usize, length: i32): i32;
  @external("env", "proxy_get_property") declare function getProperty(path: usize, length: i32, at: usize, size: usize): i32;
  @external("env", "proxy_set_property") declare function setProperty(path: usize, length: i32, value: usize, size: i32): i32;
  @external("env", "proxy_get_buffer_bytes") declare function getBuffer(type: i32, from: i32, length: i32, at: usize, size: usize): i32;
  @external("env", "proxy_send_local_response") declare function answer(status: i32, details: usize, detailsLength: i32, body: usize, bodyLength: i32, headers: usize, headersLength: i32, grpc: i32): i32;
  @external("env", "proxy_http_call") declare function httpCall(cluster: usize, clusterLength: i32, headers: usize, headersLength: i32, body: usize, bodyLength: i32, trailers: usize, trailersLength: i32, timeout: i32, token: usize): i32;
  @external("env", "proxy_get_shared_data") declare function getShared(key: usize, length: i32, at: usize, size: usize, cas: usize): i32;
  @external("env", "proxy_set_shared_data") declare function setShared(key: usize, length: i32, value: usize, size: i32, cas: i32): i32;
  @external("env", "proxy_define_metric") declare function defineMetric(type: i32, name: usize, length: i32, id: usize): i32;
  @external("env", "proxy_increment_metric") declare function incrementMetric(id: i32, offset: i64): i32;
  @external("env", "proxy_record_metric") declare function recordMetric(id: i32, value: u64): i32;
  @external("env", "proxy_set_tick_period_milliseconds") declare function setTick(period: i32): i32;
  @external("env", "proxy_get_current_time_nanoseconds") declare function getTime(at: usize): i32;
  @external("env", "proxy_set_effective_context") declare function setContext(id: i32): i32;
  @external("env", "proxy_continue_stream") declare function continueStream(type: i32): i32;
  @external("env", "proxy_close_stream") declare function closeStream(type: i32): i32;
  @external("env", "proxy_call_foreign_function") declare function callForeign(name: usize, length: i32, argument: usize, size: i32, at: usize, resultSize: usize): i32;

  const REQUEST = 0, RESPONSE = 2, CALL_RESPONSE = 6;
  const returned: usize = memory.data(16);
  let waiting: i32 = 0;
  let metric: i32 = 0;
  let allocationFails = false;
  let callsWhileAllocating = false;

  export function proxy_abi_version_0_2_1(): void {}
  export function proxy_on_memory_allocate(size: usize): usize {
    if (callsWhileAllocating) getTime(returned);
    return allocationFails ? 0 : heap.alloc(size);
  }

  function bytes(text: string): ArrayBuffer { return String.UTF8.encode(text); }
  function at(buffer: ArrayBuffer): usize { return changetype<usize>(buffer); }
  function result(): string { return String.UTF8.decodeUnsafe(load<u32>(returned), load<u32>(returned, 4)); }
  function log(text: string): void { const b = bytes(text); proxy_log(2, at(b), b.byteLength); }
  function get(map: i32, name: string): string {
    store<u64>(returned, 0);
    const n = bytes(name);
    const status = getValue(map, at(n), n.byteLength, returned, returned + 4);
    return status ? "status " + status.toString() : result();
  }
  function add(map: i32, name: string, value: string): i32 { const n = bytes(name), v = bytes(value); return addValue(map, at(n), n.byteLength, at(v), v.byteLength); }
  function replace(name: string, value: string): i32 { const n = bytes(name), v = bytes(value); return replaceValue(REQUEST, at(n), n.byteLength, at(v), v.byteLength); }
  function pairs(names: string[], values: string[]): ArrayBuffer {
    let size = 4;
    for (let i = 0; i < names.length; i++) size += 10 + names[i].length + values[i].length;
    const buffer = new ArrayBuffer(size);
    let p = at(buffer), text = p + 4 + 8 * names.length;
    store<i32>(p, names.length);
    for (let i = 0; i < names.length; i++) {
      store<i32>(p + 4 + 8 * i, names[i].length); store<i32>(p + 8 + 8 * i, values[i].length);
      memory.copy(text, at(bytes(names[i])), names[i].length); text += names[i].length; store<u8>(text++, 0);
      memory.copy(text, at(bytes(values[i])), values[i].length); text += values[i].length; store<u8>(text++, 0);
    }
    return buffer;
  }
  function recurse(n: i32): i32 { return n < 0 ? 0 : 1 + recurse(n + 1) + recurse(n + 2); }

  export function proxy_on_context_create(id: i32, parent: i32): void { if (parent == 0) log("created"); }
  export function proxy_on_vm_start(id: i32, size: i32): i32 {
    getBuffer(6, 0, size, returned, returned + 4);
    log("started with " + (size ? result() : "nothing"));
    return 1;
  }
  export function proxy_on_configure(id: i32, size: i32): i32 {
    getBuffer(7, 0, 1 << 30, returned, returned + 4);
    const text = result();
    log("configured with " + text);
    const name = bytes("decisions");
    defineMetric(0, at(name), name.byteLength, returned);
    metric = load<i32>(returned);
    if (text == "tick") setTick(250);
    if (text == "trap") unreachable();
    return text == "refuse" ? 0 : 1;
  }
  export function proxy_on_tick(id: i32): void {
    const key = bytes("ticks"), value = bytes("x");
    store<i32>(returned, 0, 8);
    getShared(at(key), key.byteLength, returned, returned + 4, returned + 8);
    log("tick, cas " + load<i32>(returned, 8).toString());
    setShared(at(key), key.byteLength, at(value), 1, load<i32>(returned, 8));
  }
  export function proxy_on_http_call_response(root: i32, token: i32, headers: i32, size: i32, trailers: i32): void {
    getBuffer(4, 0, size, returned, returned + 4);
    const body = size ? ", " + result() : "";
    log("call " + token.toString() + " for " + root.toString() + ": " + get(CALL_RESPONSE, ":status") + body);
    log("without effect: " + add(REQUEST, "x-lost", "1").toString());
    if (setContext(waiting)) return;
    add(REQUEST, "x-called", "yes");
    if (headers == 0) answer(502, 0, 0, 0, 0, 0, 0, -1);
    else continueStream(0);
  }
  export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
    const path = get(REQUEST, ":path");
    if (path == "/edit") {
      getPairs(REQUEST, returned, returned + 4);
      add(REQUEST, "X-Added", "one"); replace("cookie", "kept=1"); add(REQUEST, "x-dup", get(REQUEST, "x-dup"));
      const name = bytes("Remote-User"); removeValue(REQUEST, at(name), name.byteLength);
    } else if (path == "/rewrite") {
      getPairs(REQUEST, returned, returned + 4);
      setPairs(REQUEST, load<u32>(returned), load<u32>(returned, 4));
    } else if (path == "/answer") {
      const headers = pairs(["set-cookie", "set-cookie", "location"], ["a=1", "b=2", "https://auth/"]), body = bytes("no");
      const details = bytes("denied");
      answer(401, at(details), details.byteLength, at(body), body.byteLength, at(headers), headers.byteLength, -1);
      return 1;
    } else if (path == "/call" || path == "/call-nowhere" || path == "/call-headless") {
      waiting = id;
      const cluster = bytes(path == "/call-nowhere" ? "nowhere" : "host");
      const headers = path == "/call-headless" ? pairs([":path"], ["/"]) : pairs([":method", ":path", ":authority"], ["GET", "/api", "host"]);
      const status = httpCall(at(cluster), cluster.byteLength, at(headers), headers.byteLength, 0, 0, 0, 0, 5000, returned);
      log("http_call " + status.toString());
      return status ? 0 : 1;
    } else if (path == "/properties") {
      const address = bytes("source\\0address"), nothing = bytes("nothing"), user = bytes("user"), alice = bytes("alice");
      getProperty(at(address), address.byteLength, returned, returned + 4); log(result());
      log("nothing: " + getProperty(at(nothing), nothing.byteLength, returned, returned + 4).toString());
      setProperty(at(user), user.byteLength, at(alice), alice.byteLength);
      getProperty(at(user), user.byteLength, returned, returned + 4); log(result());
    } else if (path == "/metrics") {
      log(incrementMetric(metric, 2).toString() + incrementMetric(metric, 0).toString() + recordMetric(99, 1).toString());
    } else if (path == "/cas") {
      const key = bytes("absent"), value = bytes("v");
      log(setShared(at(key), key.byteLength, at(value), 1, 77).toString() + setShared(at(key), key.byteLength, at(value), 1, 77).toString() + setShared(at(key), key.byteLength, at(value), 1, 0).toString());
    } else if (path == "/time") { getTime(returned); log(load<u64>(returned).toString());
    } else if (path == "/foreign") {
      const name = bytes("reverse"), argument = bytes("abc");
      log(callForeign(at(name), name.byteLength, at(argument), 3, returned, returned + 4).toString() + " " + result());
    } else if (path == "/outside") { log(getPairs(REQUEST, 0xfffffff0, returned).toString() + addValue(REQUEST, 0xfffffff0, 64, 0, 0).toString());
    } else if (path == "/full") { allocationFails = true; log(getPairs(REQUEST, returned, returned + 4).toString()); allocationFails = false;
    } else if (path == "/nothing") { store<u32>(returned, 7); const status = getBuffer(6, 0, 100, returned, returned + 4); log(status.toString() + load<u32>(returned).toString());
    } else if (path == "/response-early") { log(get(RESPONSE, ":status"));
    } else if (path == "/trap") { unreachable();
    } else if (path == "/recurse") { recurse(0);
    } else if (path == "/close") { closeStream(0); return 1;
    } else if (path == "/pause") { return 1;
    } else if (path == "/line-break") { add(REQUEST, "x-evil", "a\\r\\nb: c");
    } else if (path == "/allocating") { callsWhileAllocating = true; get(REQUEST, ":path");
    }
    return 0;
  }
  export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 {
    add(RESPONSE, "x-seen", get(RESPONSE, ":status"));
    if (get(RESPONSE, "x-trap") == "1") unreachable();
    return get(RESPONSE, "x-hold") == "1" ? 1 : 0;
  }
  export function proxy_on_done(id: i32): i32 { log("done"); return 1; }
`;

// The stand-in for nginx with ngx_wasm_module that the gate's tests run on: that it has the traps and the ways to fail open of
// the real one, by filters that meet them.
import { describe, expect, test } from "vitest";
import { compileFilter } from "../../../workshop/gate/proxy-wasm/compile-filter.ts";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { demandedExports, NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { NOW } from "../gate.ts";

const url = "https://app.example.com/";

/** A filter that does something in one of its callbacks, and nothing in the others. */
interface Filter {
  readonly configure?: string;
  readonly tick?: string;
  readonly headers?: string;
  readonly response?: string;
  readonly log?: string;
  readonly answer?: string;
  readonly start?: string;
  /** A callback that it lacks. */
  readonly without?: string;
}

async function start(filter: Filter): Promise<NginxProcess> {
  const bodies: Readonly<Record<string, string>> = {
    proxy_on_request_headers: filter.headers ?? "return 0;",
    proxy_on_response_headers: filter.response ?? "return 0;",
    proxy_on_log: filter.log ?? "",
    proxy_on_request_body: "return 0;",
    proxy_on_response_body: "return 0;",
    proxy_on_done: "return 1;",
    proxy_on_delete: "",
  };
  const callbacks = demandedExports
    .filter((name) => name !== filter.without)
    .map((name) => {
      const returns = bodies[name]!.includes("return");
      return `export function ${name}(a: i32, b: i32, c: i32): ${returns ? "i32" : "void"} { ${bodies[name]} }`;
    });
  const source = `
    @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32;
    @external("env", "proxy_set_tick_period_milliseconds") declare function tick(period: i32): i32;
    @external("env", "proxy_get_header_map_value") declare function get(map: i32, a: usize, b: i32, c: usize, d: usize): i32;
    @external("env", "proxy_get_header_map_pairs") declare function all(map: i32, a: usize, b: usize): i32;
    @external("env", "proxy_remove_header_map_value") declare function remove(map: i32, a: usize, b: i32): i32;
    @external("env", "proxy_set_property") declare function set(a: usize, b: i32, c: usize, d: i32): i32;
    @external("env", "proxy_send_local_response") declare function send(s: i32, a: usize, b: i32, c: usize, d: i32, e: usize, f: i32, g: i32): i32;
    @external("env", "proxy_continue_stream") declare function go(stream: i32): i32;
    @external("env", "proxy_done") declare function done(): i32;
    @external("env", "proxy_get_shared_data") declare function shared(a: usize, b: i32, c: usize, d: usize, e: usize): i32;
    @external("env", "proxy_http_call") declare function http(a: usize, b: i32, c: usize, d: i32, e: usize, f: i32, g: usize, h: i32, i: i32, j: usize): i32;
    const scratch = memory.data(64, 8);
    const heap = memory.data(65536, 8);
    let used: usize = 0;
    function bytes(text: string): usize {
      const at = heap + used;
      const length = String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
      used += length + 8 & ~7;
      return at;
    }
    function call(bodyLength: i32 = 0): void {
      const names = [":method", "GET", ":path", "/", ":authority", "a"];
      const at = heap + used;
      store<u32>(at, 3);
      let to = at + 4 + 24;
      for (let i = 0; i < 6; i++) {
        store<u32>(at + 4 + i * 4, names[i].length);
        String.UTF8.encodeUnsafe(changetype<usize>(names[i]), names[i].length, to);
        to += names[i].length;
        store<u8>(to++, 0);
      }
      used += (to - at) + 8 & ~7;
      http(bytes("127.0.0.1:1"), 11, at, <i32>(to - at), scratch, bodyLength, 0, 0, 1000, scratch);
    }
    function name(variable: string, value: string): void {
      set(bytes("ngx\\0" + variable), 4 + variable.length, bytes(value), value.length);
    }
    ${filter.start ?? ""}
    export function proxy_abi_version_0_2_1(): void {}
    export function proxy_on_memory_allocate(size: i32): usize { used += size + 8 & ~7; return heap + used - (size + 8 & ~7); }
    export function proxy_on_context_create(a: i32, b: i32): void {}
    export function proxy_on_vm_start(a: i32, b: i32): i32 { return 1; }
    export function proxy_on_configure(a: i32, b: i32): i32 { ${filter.configure ?? ""} return 1; }
    export function proxy_on_tick(a: i32): void { ${filter.tick ?? ""} }
    export function proxy_on_http_call_response(a: i32, b: i32, c: i32, d: i32, e: i32): void { ${filter.answer ?? ""} }
    ${callbacks.join("\n")}`;
  return new NginxProcess({ filter: await compileFilter(source), configuration: "{}", now: NOW * 1000 });
}

describe("a worker crashes", () => {
  test.each(demandedExports)("for want of %s", async (without) => {
    await expect(start({ without })).rejects.toThrow(without);
  });

  test("when the start section calls the host", async () => {
    await expect(start({ start: "log(0, scratch, 1);" })).rejects.toThrow("while the module starts");
  });

  test.each([
    ["a header", "get(0, scratch, 1, scratch, scratch);"],
    ["a local response", "send(403, 0, 0, 0, 0, 0, 0, -1);"],
    ["continue", "go(0);"],
  ])("when a tick asks for %s", async (_, tick) => {
    const nginx = await start({ tick });
    expect(() => nginx.tick()).toThrow("the worker crashes");
  });

  test("when a request goes on with a call in flight", async () => {
    const nginx = await start({ headers: "call(); return 0;" });
    expect(() => nginx.request({ url })).toThrow("a call, and then continue");
  });

  test("when all of more than 100 header lines are asked for", async () => {
    const nginx = await start({ headers: "all(0, scratch, scratch); return 0;" });
    const headers = Array.from({ length: 100 }, (_, i): Header => [`x-${i}`, "y"]);
    expect(() => nginx.request({ url, headers })).toThrow("more than 100 lines");
  });
});

test("a request hangs when it is paused without a call", async () => {
  const nginx = await start({ headers: "return 1;" });
  expect(() => nginx.request({ url })).toThrow("hangs");
});

describe("an answer with a body, after a call", () => {
  const refuse = (bodyLength: number) => `send(403, 0, 0, scratch, ${bodyLength}, 0, 0, -1);`;

  test.each([
    ["is never sent when the call had one", 8, 5, "closed"],
    ["is sent when the call had none", 0, 5, "answered"],
    ["is sent when it has none itself", 8, 0, "answered"],
  ])("%s", async (_, called, answered, kind) => {
    const nginx = await start({ headers: `call(${called}); return 1;`, answer: refuse(answered) });
    const exchange = nginx.request({ url });
    nginx.calls[0]!.respond(200);
    expect(exchange.outcome.kind).toBe(kind);
  });
});

describe("a filter traps", () => {
  test.each([
    [
      "a second local response",
      { headers: "send(403, 0, 0, 0, 0, 0, 0, -1); send(403, 0, 0, 0, 0, 0, 0, -1); return 1;" },
    ],
    ["a variable that is not set", { headers: 'name("nobody", "x"); return 0;' }],
    ["a stub", { headers: "done(); return 0;" }],
    ["shared data without a zone", { headers: "shared(scratch, 1, scratch, scratch, scratch); return 0;" }],
    ["a call in response headers", { response: "call(); return 0;" }],
    ["a call in the log", { log: "call();" }],
  ] as [string, Filter][])("at %s", async (_, filter) => {
    const nginx = await start(filter);
    nginx.finish(nginx.request({ url }));
    expect(nginx.traps).toHaveLength(1);
  });

  test.each([
    ["a tick that is set twice", "tick(50); tick(50);"],
    ["a call", "call();"],
  ])("in its configuration at %s, and nginx does not start", async (_, configure) => {
    await expect(start({ configure })).rejects.toThrow("nginx does not start");
  });
});

describe("a request goes upstream undecided, where the server names the upstream beforehand", () => {
  const gate = "application";

  test("when its call fails and nobody tells the filter", async () => {
    const nginx = await start({ headers: "call(); return 1;" });
    const exchange = nginx.request({ url, gate });
    nginx.calls[0]!.failUnheard();
    expect(exchange.status).toBe(200);
  });

  test("when the filter traps in the answer to its call", async () => {
    const nginx = await start({ headers: "call(); return 1;", answer: "unreachable();" });
    const exchange = nginx.request({ url, gate });
    nginx.calls[0]!.respond(200);
    expect([exchange.status, nginx.traps.length]).toEqual([200, 1]);
  });

  test("when the filter returns 3, and with a 500 when it returns 2 or 4", async () => {
    for (const [action, status] of [
      [3, 200],
      [2, 500],
      [4, 500],
    ])
      expect((await start({ headers: `return ${action};` })).request({ url, gate }).status).toBe(status);
  });

  test("with the headers that the filter believes to have removed", async () => {
    const nginx = await start({ headers: 'remove(0, bytes("x-a"), 3); return 0;' });
    expect(nginx.request({ url, gate, headers: [["x-a", "client"]] }).upstream.get("x-a")).toBe("client");
  });

  test("and nowhere, with any of these, where the upstream's name is that of none", async () => {
    const nginx = await start({ headers: "call(); return 1;", answer: "unreachable();" });
    const [failed, trapped] = [nginx.request({ url }), nginx.request({ url })];
    nginx.calls[0]!.failUnheard();
    nginx.calls[0]!.respond(200);
    expect([failed.status, trapped.status]).toEqual([502, 502]);
  });
});

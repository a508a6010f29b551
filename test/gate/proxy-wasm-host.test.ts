// The stand-in for Envoy that the gate's tests run on: that it does what Envoy does.
import { beforeAll, describe, expect, test } from "vitest";
import { compileFilter } from "../../workshop/gate/proxy-wasm/compile-filter.ts";
import { FAILED } from "../../workshop/gate/proxy-wasm/exchange.ts";
import { parsePairs, serializePairs } from "../../workshop/gate/proxy-wasm/pairs.ts";
import { probeFilter } from "../../workshop/gate/proxy-wasm/probe-filter.ts";
import { ProxyProcess, type ProxySettings } from "../../workshop/gate/proxy-wasm/proxy-process.ts";

let filter: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  filter = await compileFilter(probeFilter);
}, 30_000);

const start = (settings: Partial<ProxySettings> = {}) => new ProxyProcess({ filter, clusters: ["host"], ...settings });
const url = (path: string) => `https://app.example.com:8443${path}`;
const logged = (proxy: ProxyProcess) => proxy.log.map(({ message }) => message);
/** What the probe logged for one request. */
function logOf(path: string, settings: Partial<ProxySettings> = {}): string[] {
  const proxy = start(settings);
  proxy.log.length = 0;
  proxy.request({ url: url(path) });
  return logged(proxy);
}

describe("linking", () => {
  test("the module's imports and exports can be seen", () => {
    const { imports, exports } = start().module;
    expect(imports).toContain("env.proxy_log");
    expect(exports).toContain("proxy_on_request_headers");
    expect(exports).not.toContain("memory");
  });

  test("an import that not every proxy links is refused by name", async () => {
    const importing = (module: string, name: string) =>
      compileFilter(
        `@external("${module}", "${name}") declare function f(): i32; export function g(): i32 { return f(); }`,
      );
    for (const [module, name] of [
      ["env", "proxy_get_header_map_size"],
      ["env", "abort"],
      ["wasi_snapshot_preview1", "fd_write"],
    ] as const) {
      const binary = await importing(module, name);
      expect(() => start({ filter: binary })).toThrow(`${module}.${name}`);
    }
  });

  test("a module must name its ABI and hand out memory", async () => {
    const silent = await compileFilter("export function f(): void {}");
    expect(() => start({ filter: silent })).toThrow("proxy_abi_version_0_2_1");
    const closed = await compileFilter("export function proxy_abi_version_0_2_1(): void {}");
    expect(() => start({ filter: closed })).toThrow("proxy_on_memory_allocate");
  });

  test("no host function can be called while the module starts", async () => {
    const eager = await compileFilter(`
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32;
      export function proxy_abi_version_0_2_1(): void {}
      export function malloc(size: i32): i32 { return 0; }
      log(2, 0, 0);
    `);
    expect(() => start({ filter: eager })).toThrow("proxy_log called while the module starts");
  });
});

describe("start-up", () => {
  test("every thread starts and configures an instance, after one that only tries", () => {
    const proxy = start({ configuration: { a: 1 }, vmConfiguration: "vm", workers: 2 });
    const threads = ["base", "main", "worker 0", "worker 1"];
    expect(proxy.log.map(({ thread, message }) => `${thread}: ${message}`)).toEqual(
      threads.flatMap((thread) => [
        `${thread}: created`,
        `${thread}: started with vm`,
        `${thread}: configured with {"a":1}`,
      ]),
    );
  });

  test.each(["refuse", "trap"])(
    "a filter that answers its configuration with %s keeps Envoy from serving",
    (configuration) => {
      const proxy = start({ configuration });
      expect(proxy.accepted).toBe(false);
      expect(logged(proxy)).toEqual(["created", "started with nothing", `configured with ${configuration}`]);
      expect(() => proxy.request({ url: url("/") })).toThrow("rejects this configuration");
    },
  );
});

describe("request headers", () => {
  test("reach the backend as the filter leaves them", () => {
    const { upstream, hostCalls } = start().request({
      url: url("/edit"),
      headers: [
        ["Cookie", "a=1"],
        ["cookie", "b=2"],
        ["X-Dup", "first"],
        ["x-dup", "second"],
        ["REMOTE-USER", "evil"],
        ["remote_user", "kept"],
        ["x-bytes", "\x80\xff"],
      ],
    });
    expect(upstream.all("cookie")).toEqual(["kept=1"]);
    expect(upstream.all("x-dup")).toEqual(["first", "second", "first"]);
    expect(upstream.get("x-added")).toBe("one");
    expect(upstream.get("remote-user")).toBeUndefined();
    expect(upstream.get("remote_user")).toBe("kept");
    expect(upstream.get("x-bytes")).toBe("\x80\xff");
    expect(hostCalls.filter((name) => name === "proxy_get_header_map_pairs")).toHaveLength(1);
    expect(hostCalls.at(-1)).toBe("proxy_remove_header_map_value");
  });

  test("begin with the pseudo-headers, byte for byte", () => {
    const { upstream } = start().request({ url: "https://a.example/%2f/../\\;x?\xe9", method: "POST" });
    expect([...upstream].slice(0, 4)).toEqual([
      [":authority", "a.example"],
      [":path", "/%2f/../\\;x?\xe9"],
      [":method", "POST"],
      [":scheme", "https"],
    ]);
  });

  test("say where the client is, whatever it says itself", () => {
    const { upstream } = start().request({
      url: url("/"),
      source: "[2001:db8::1]:9",
      headers: [
        ["x-forwarded-for", "10.0.0.1"],
        ["x-forwarded-proto", "http"],
      ],
    });
    expect(upstream.all("x-forwarded-for")).toEqual(["10.0.0.1,[2001:db8::1]"]);
    expect(upstream.all("x-forwarded-proto")).toEqual(["https"]);
  });

  test("survive being read and written back as pairs", () => {
    const headers = [
      ["x-empty", ""],
      ["x-dup", "1"],
      ["x-dup", "\xff"],
    ] as const;
    const { upstream } = start().request({ url: url("/rewrite"), headers });
    expect([...upstream]).toEqual(expect.arrayContaining(headers.map((header) => [...header])));
  });

  test("a line break in a header that the filter writes is a fault", () => {
    expect(() => start().request({ url: url("/line-break") })).toThrow("not a header");
  });
});

describe("pairs", () => {
  test("are counted, measured and ended by NUL", () => {
    const hex = "02000000" + "01000000" + "02000000" + "03000000" + "00000000" + "6100c3ff00" + "62636400" + "00";
    const pairs = [
      ["a", "\xc3\xff"],
      ["bcd", ""],
    ] as const;
    expect(serializePairs(pairs).toString("hex")).toBe(hex);
    expect(parsePairs(Buffer.from(hex, "hex"))).toEqual(pairs);
  });

  test.each(["ffffffff", "01000000", "010000000100000001000000610062ff", "0000000000"])("%s is a fault", (hex) => {
    expect(() => parsePairs(Buffer.from(hex, "hex"))).toThrow("not a list of pairs");
  });
});

describe("local responses", () => {
  test("answer in the backend's place and pass the filter's own response callback", () => {
    const exchange = start().request({ url: url("/answer") });
    expect(exchange.outcome).toMatchObject({ kind: "answered", details: "denied" });
    const { status, headers, body } = exchange.answer;
    expect(status).toBe(401);
    expect(headers.all("set-cookie")).toEqual(["a=1", "b=2"]);
    expect(headers.get("content-type")).toBe("text/plain");
    expect(headers.get("x-seen")).toBe("401");
    expect(body.toString()).toBe("no");
    expect(() => exchange.upstream).toThrow("answered, not let through");
  });
});

describe("the backend's response", () => {
  test("passes the filter", () => {
    const exchange = start().request({ url: url("/") });
    exchange.respond(204, [["set-cookie", "theirs=1"]]);
    expect([...exchange.response!.headers]).toEqual([
      [":status", "204"],
      ["set-cookie", "theirs=1"],
      ["x-seen", "204"],
    ]);
  });

  test("is a 503 when the filter traps on it, and nothing while the filter holds it", () => {
    const proxy = start();
    const held = proxy.request({ url: url("/") });
    held.respond(200, [["x-hold", "1"]]);
    expect(held.response).toBeUndefined();
    const trapped = proxy.request({ url: url("/") });
    trapped.respond(200, [["x-trap", "1"]]);
    expect(trapped.response!.status).toBe(503);
  });

  test("cannot be read before it is there", () => {
    expect(logOf("/response-early")).toEqual(["status 2"]);
  });
});

describe("outbound calls", () => {
  const calling = () => {
    const proxy = start();
    proxy.log.length = 0;
    const exchange = proxy.request({ url: url("/call") });
    return { proxy, exchange };
  };

  test("hold the request until they are answered", () => {
    const { proxy, exchange } = calling();
    expect(exchange.outcome.kind).toBe("paused");
    const call = proxy.calls.oldest;
    expect(call.cluster).toBe("host");
    expect(call.headers.get(":path")).toBe("/api");
    call.respond({ status: 200, body: "hello" });
    expect(exchange.upstream.get("x-called")).toBe("yes");
    expect(exchange.upstream.get("x-lost")).toBeUndefined();
    // The callback's context is the root, where no request headers are.
    expect(logged(proxy)).toEqual(["http_call 0", "call 1 for 1: 200, hello", "without effect: 2"]);
    expect(proxy.calls.size).toBe(0);
    expect(() => call.respond({ status: 200 })).toThrow("has been answered");
  });

  test("that fail have neither headers nor body", () => {
    const { proxy, exchange } = calling();
    proxy.calls.oldest.fail();
    expect(exchange.answer.status).toBe(502);
    expect(logged(proxy)).toContain("call 1 for 1: status 2");
  });

  test("are answered with 504 when their time is up", () => {
    const { proxy } = calling();
    proxy.advance(4999);
    expect(proxy.calls.size).toBe(1);
    proxy.advance(1);
    expect(logged(proxy)).toContain("call 1 for 1: 504, upstream request timeout");
  });

  test("outlive a client that goes away", () => {
    const { proxy, exchange } = calling();
    exchange.close();
    expect(exchange.outcome.kind).toBe("closed");
    proxy.calls.oldest.respond({ status: 200 });
    expect(logged(proxy)).toContain("done");
  });

  test.each(["/call-nowhere", "/call-headless"])("are refused at once: %s", (path) => {
    expect(logOf(path)).toEqual(["http_call 2"]);
  });
});

describe("traps", () => {
  test.each(["/trap", "/recurse"])("answer 503 and are kept: %s", (path) => {
    const proxy = start();
    const exchange = proxy.request({ url: url(path) });
    expect(exchange.answer.status).toBe(503);
    expect(exchange.outcome).toMatchObject({ details: FAILED });
    expect(proxy.traps).toHaveLength(1);
  });

  test("cost a worker its instance: the next request gets a new one, but not twice in a second", () => {
    const proxy = start({ workers: 2 });
    const kindOfNext = () => proxy.request({ url: url("/") }).outcome.kind;
    proxy.advance(1000);
    proxy.request({ url: url("/trap") });
    expect(proxy.workers[1]!.request({ url: url("/") }).outcome.kind).toBe("continued");
    expect(kindOfNext()).toBe("continued");
    proxy.request({ url: url("/trap") });
    expect(kindOfNext()).toBe("answered");
    proxy.advance(1000);
    expect(kindOfNext()).toBe("continued");
  });

  test("drop the calls that the instance waits for", () => {
    const proxy = start();
    proxy.request({ url: url("/call") });
    proxy.request({ url: url("/trap") });
    expect(proxy.calls.size).toBe(0);
  });
});

describe("time", () => {
  test("is the test's", () => {
    const now = 1_790_000_000_000;
    expect(logOf("/time", { now })).toEqual([expect.stringMatching(/^179000000000000\d000$/)]);
  });

  test("makes every thread tick, in order, and lets them race for shared data", () => {
    const proxy = start({ configuration: "tick", workers: 2 });
    proxy.log.length = 0;
    proxy.advance(249);
    expect(proxy.log).toEqual([]);
    proxy.advance(251);
    expect(proxy.log.map(({ thread, message }) => `${thread}: ${message}`)).toEqual([
      "main: tick, cas 0",
      "worker 0: tick, cas 1",
      "worker 1: tick, cas 2",
      "main: tick, cas 3",
      "worker 0: tick, cas 4",
      "worker 1: tick, cas 5",
    ]);
    expect(proxy.sharedData.get("ticks")).toEqual({ value: Buffer.from("x"), cas: 6 });
  });
});

describe("host functions", () => {
  test("shared data ignores a cas on an absent key, refuses a wrong one and takes 0 for any", () => {
    expect(logOf("/cas")).toEqual(["080"]);
  });

  test("properties come by path, and what the filter sets is filter state of the stream", () => {
    expect(logOf("/properties")).toEqual(["203.0.113.7:40000", "nothing: 1", "alice"]);
  });

  test("metrics are shared by all threads; a counter only grows", () => {
    const proxy = start({ workers: 2 });
    proxy.log.length = 0;
    for (const worker of proxy.workers) worker.request({ url: url("/metrics") });
    expect(logged(proxy)).toEqual(["021", "021"]);
    expect(proxy.metrics.value("decisions")).toBe(4n);
  });

  test("foreign functions are the test's", () => {
    const reverse = (argument: Buffer) => Buffer.from(argument).reverse();
    expect(logOf("/foreign", { foreignFunctions: { reverse } })).toEqual(["0 cba"]);
    expect(logOf("/foreign")[0]).toMatch(/^1 /);
  });

  test("answer 6 to addresses outside the memory, and when the filter has no block to give", () => {
    expect(logOf("/outside")).toEqual(["66"]);
    expect(logOf("/full")).toEqual(["6"]);
  });

  test("write nothing where an empty buffer would be", () => {
    expect(logOf("/nothing")).toEqual(["07"]);
  });

  test("may not be called while allocating", () => {
    expect(() => start().request({ url: url("/allocating") })).toThrow("while allocating");
  });

  test("can close the stream", () => {
    const proxy = start();
    expect(proxy.request({ url: url("/close") }).outcome.kind).toBe("closed");
    expect(logged(proxy)).toContain("done");
  });
});

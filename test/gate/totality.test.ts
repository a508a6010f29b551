// Whatever comes, from a client, the host or the proxy itself, the gate answers: no trap, bounded memory, bounded time.
import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { serializePairs } from "../../workshop/gate/proxy-wasm/pairs.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { signToken } from "../../workshop/gate/tokens.ts";
import { cpuTime } from "../../workshop/processes/cpu-time.ts";
import {
  browser,
  bundle,
  claims,
  domain,
  gateFile,
  NOW,
  pollingConfiguration,
  portal,
  rootKey,
  sessionCookie,
  sessionKey,
  signBundle,
  startGate,
  startPolling,
  startWith,
  statusOf,
  token,
} from "./gate.ts";

const statuses = [200, 302, 303, 400, 401, 403, 429, 503];
const gate = startGate();

/** Everything a policy can say. */
const policy = {
  default_policy: "two_factor",
  networks: [{ name: "office", networks: ["10.0.0.0/8", "2001:db8::/32"] }],
  rules: [
    {
      domain: ["*.example.com", "{user}.example.com"],
      policy: "one_factor",
      subject: [["user:alice", "group:dev"], "user:bob"],
    },
    {
      domain_regex: "^(?P<Group>\\w+)\\.example\\.com$",
      policy: "deny",
      methods: ["GET", "POST"],
      networks: ["office", "::1"],
    },
    {
      domain: "app.example.com",
      policy: "one_factor",
      resources: ["^/a/[^/]{2,5}(/|$)", "(?i:x|y)*z\\b"],
      query: [[{ operator: "pattern", key: "a", value: "^[0-9]+$" }, { key: "b" }]],
      max_age: "1h30m",
      amr: "hwk",
    },
  ],
};

/** Changes to bytes: pieces cut out, doubled or overwritten, and bytes that mean something put in. */
function mutated(...seeds: (string | Buffer)[]): fc.Arbitrary<Buffer> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const size = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) }, fc.integer({ min: 0, max: 80 }));
  const inserted = fc.oneof(
    fc.constantFrom(
      ...'"\\{}[]:,;=&?#%./+-_0e \t\0\x7f\xff',
      "%2f",
      "\\u0000",
      "\\ud800",
      "99999999999999999999",
      "null",
      "(",
      "*",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const change = fc.tuple(fc.constantFrom("cut", "double", "put", "over"), place, size, inserted);
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([seed, changes]) => {
      let bytes = Buffer.from(seed);
      for (const [kind, where, length, text] of changes) {
        const at = Math.floor(where * bytes.length);
        const put =
          kind === "double" ? bytes.subarray(at, at + length) : kind === "cut" ? Buffer.alloc(0) : Buffer.from(text);
        const rest = kind === "cut" ? at + length : kind === "over" ? at + put.length : at;
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(rest)]);
      }
      return bytes;
    });
}

/** JSON whose syntax is right, with some values replaced by others or left out, wherever they stand. */
function distorted(...seeds: unknown[]): fc.Arbitrary<Buffer> {
  const values = [
    null,
    true,
    0,
    -1,
    2 ** 53,
    1.5,
    "",
    "a",
    "\0",
    "(?i",
    "::/0",
    [],
    {},
    [[]],
    ["bypass"],
    { a: 1 },
    undefined,
  ];
  const change = fc.tuple(fc.noBias(fc.nat()), fc.constantFrom(...values));
  const text = (seed: unknown, changes: readonly [number, unknown][]) => {
    let places = 0;
    JSON.stringify(seed, (_, value) => {
      places++;
      return value;
    });
    const chosen = new Map(changes.map(([place, value]) => [1 + (place % (places - 1)), value]));
    let place = 0;
    return JSON.stringify(seed, (_, value) => {
      const at = place++;
      return chosen.has(at) ? structuredClone(chosen.get(at)) : value;
    });
  };
  const changes = fc.array(change, { minLength: 1, maxLength: 2 });
  return fc.tuple(fc.constantFrom(...seeds), changes).map(([seed, changes]) => Buffer.from(text(seed, changes)));
}

/** A header can carry neither NUL nor line breaks: proxies refuse those themselves. */
const asHeader = (bytes: Buffer) => bytes.toString("latin1").replaceAll(/[\0\r\n]/g, "~");

function expectAnAnswer(proxy: ProxyProcess, request: Parameters<ProxyProcess["request"]>[0]): number {
  const status = statusOf(proxy.request(request));
  expect(statuses).toContain(status);
  expect(proxy.traps).toEqual([]);
  return status;
}

describe("a client", () => {
  const check = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, ask: (value: T) => void) => {
    const { memory } = gate.workers[0]!.instance;
    fc.assert(fc.property(arbitrary, ask), { numRuns, seed: 3 });
    expect(memory.size).toBeLessThan(16 * 1024 * 1024);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(200);
  };

  test("with any target gets an answer", () => {
    const target = mutated("/a/b?c=d", "/%C3%A9/..;x/%2e%2e", "/a;b=c/d?e=%20&f", "/\\//%00#");
    check(fc.tuple(target, fc.constantFrom("app", "public", "files", "auth")), 2500, ([path, host]) => {
      expectAnAnswer(gate, { url: `https://${host}.example.com/${asHeader(path)}`, headers: [browser] });
    });
  });

  test("with any scheme, host, method, address and headers gets an answer", () => {
    const name = fc.oneof(
      fc.constantFrom("accept", "cookie", "x-requested-with", "remote-user", ":path", ":authority", ":scheme", "host"),
      mutated("remote-groups", "remote_email", "x").map((bytes) => asHeader(bytes) || "x"),
    );
    const value = mutated(
      "text/html, */*;q=0.1",
      `zerohop_session=${token()}; a="b`,
      "app.example.com:8443",
      "[::1]:1",
    );
    const headers = fc.array(fc.tuple(name, value.map(asHeader)), { maxLength: 8 });
    const request = fc.record({
      method: mutated("GET", "PROPFIND").map(asHeader),
      authority: mutated("app.example.com:8443", "[2001:db8::1]:443", "a.b.c.d.e.example.com").map((bytes) =>
        asHeader(bytes).replaceAll(/[/?#]/g, "~"),
      ),
      source: mutated("203.0.113.7:40000", "[2001:db8::ffff:1.2.3.4]:1", "::1", "pipe").map((bytes) =>
        bytes.toString("latin1"),
      ),
      headers,
    });
    check(request, 2000, ({ method, authority, source, headers }) => {
      const properties = { "source\0address": Buffer.from(source, "latin1") };
      expectAnAnswer(gate, { url: `https://${authority}/`, method, headers, properties });
      expectAnAnswer(gate, { url: "https://office.example.com/", headers, properties });
    });
  });

  test("with any token gets an answer, and is nobody unless it is one of the host's", () => {
    const good = token({ iat: NOW + 1 });
    check(mutated(good), 1500, (bytes) => {
      const value = asHeader(bytes);
      const status = expectAnAnswer(gate, { url: "https://app.example.com/", headers: [sessionCookie(value)] });
      const [first] = value.split(";");
      if (first!.trim() !== good) expect(status, value).toBe(401);
    });
  });

  test("with any claims, even signed ones, gets an answer", () => {
    const payloads = [claims(), claims({ x: [{ y: [] }], groups: ["a".repeat(300), "é"] })];
    const payload = fc.oneof(mutated(...payloads.map((each) => JSON.stringify(each))), distorted(...payloads));
    const header = mutated(JSON.stringify({ alg: "EdDSA", typ: "JWT", kid: sessionKey.kid }));
    check(fc.tuple(header, payload), 800, ([header, payload]) => {
      for (const changed of [{ payload }, { header, payload }]) {
        const value = signRaw(changed);
        expectAnAnswer(gate, { url: "https://app.example.com/", headers: [browser, sessionCookie(value)] });
      }
    });
  });

  test("with as much as a proxy lets through is answered in an instant", () => {
    const forged = (i: number) => {
      const value = signToken(sessionKey, claims({ sub: "x".repeat(2700 + i) }));
      return `${value.slice(0, -2)}AA`;
    };
    const cookies = (value: string): Header[] => [["cookie", value]];
    const requests: [string, string, readonly Header[]][] = [
      ["escapes", "/%41".repeat(15_000), []],
      ["parameters", "/a;b".repeat(15_000), []],
      ["segments", "/a".repeat(30_000), []],
      ["queries", `/?${"a&".repeat(30_000)}`, []],
      ["escaped queries", `/?a=${"%41".repeat(20_000)}`, []],
      ["cookies", "/", cookies("a=b;".repeat(15_000))],
      ["junk sessions", "/", cookies("zerohop_session=x;".repeat(3300))],
      ["no cookies", "/", cookies(";".repeat(60_000))],
      ["forged sessions", "/", cookies(Array.from({ length: 14 }, (_, i) => `zerohop_session=${forged(i)}`).join(";"))],
      ["dots", "/", cookies(`zerohop_session=${".".repeat(4096)};`.repeat(14))],
      ["types", "/", [["accept", "a/b,".repeat(15_000)]]],
      ["headers", "/", Array.from({ length: 5000 }, (_, i): Header => [`remote-${i}`, ""])],
      ["forged identities", "/", Array.from({ length: 300 }, (): Header => ["Remote_User", "x"])],
    ];
    const app = startGate({ policy });
    for (const [what, path, headers] of requests) {
      const times = [1, 2, 3].map(() => {
        const start = cpuTime();
        expectAnAnswer(app, { url: `https://app.example.com${path}`, headers });
        return cpuTime() - start;
      });
      expect(Math.min(...times), what).toBeLessThan(100);
    }
  });

  test("with any path meets any policy", () => {
    const app = startGate({ policy });
    const lease = token();
    fc.assert(
      fc.property(mutated("/a/bcd/?a=12&b", "/xYz?b=&a=x", "/é"), fc.boolean(), (path, known) => {
        const headers = known ? [sessionCookie(lease)] : [];
        expectAnAnswer(app, { url: `https://app.example.com/${asHeader(path)}`, headers });
      }),
      { numRuns: 800, seed: 5 },
    );
  });
});

describe("a host", () => {
  test("with any bundle, rightly signed or not, leaves a gate that decides", () => {
    const bundles = [
      bundle({ version: 2, policy, revoked_sessions: ["a", "b"], not_before: { alice: 1 } }),
      bundle({ version: 3 }),
    ];
    const payload = fc.oneof(mutated(...bundles.map((each) => JSON.stringify(each))), distorted(...bundles));
    let polling = startPolling();
    let accepted = 0;
    fc.assert(
      fc.property(payload, fc.nat(9), (payload, turn) => {
        const { calls, workers } = polling;
        polling.advance(400);
        calls.oldest.respond({ status: 200, body: turn === 0 ? payload : signRaw({ payload, bundle: true }) });
        expect(polling.traps).toEqual([]);
        expect(statuses).toContain(statusOf(polling.main.request({ url: "https://app.example.com/a/bcd?a=1&b" })));
        expect(workers[0]!.instance.memory.size).toBeLessThan(16 * 1024 * 1024);
        if (polling.log.at(-1)!.message.includes("fetched bundle version")) {
          accepted++;
          polling = startPolling();
        } else {
          polling.advance(400);
          calls.oldest.respond({ status: 304 });
        }
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(accepted).toBeGreaterThan(5);
  });
});

describe("an operator", () => {
  test("with any configuration gets a gate or a reason", () => {
    const configurations = [
      pollingConfiguration({ bundle: bundle({ policy }) }),
      { bundle: bundle({ policy }), max_stale: 5 },
      { bundle: signBundle(bundle()), root_keys: [{ kid: rootKey.kid, x: rootKey.x }] },
    ];
    const asTexts = configurations.map((each) => JSON.stringify(each));
    const configuration = fc.oneof(mutated(...asTexts), distorted(...configurations));
    let proxy = startWith("");
    let refused = 0;
    fc.assert(
      fc.property(configuration, (bytes) => {
        const { instance } = proxy.workers[0]!;
        proxy.log.length = 0;
        instance.pluginConfiguration = bytes;
        expect(instance.call("proxy_on_configure", instance.root, bytes.length)).toBe(1);
        const status = expectAnAnswer(proxy, { url: "https://app.example.com/a/bcd?a=1&b" });
        expect(instance.memory.size).toBeLessThan(16 * 1024 * 1024);
        if (proxy.log.length === 0) {
          proxy = startWith("");
          return;
        }
        refused++;
        expect(proxy.log).toEqual([expect.objectContaining({ level: "critical" })]);
        expect(status).toBe(503);
      }),
      { numRuns: 1000, seed: 11 },
    );
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(1000);
  });
});

describe("a proxy", () => {
  /** The bare module on a host that answers every call with a status and bytes of its choice. */
  function bareGate(answer: (name: string) => readonly [status: number, bytes: Buffer]) {
    const hand = (bytes: Buffer, addressAt: number, lengthAt: number) => {
      const at = exports.proxy_on_memory_allocate!(bytes.length);
      if (at === 0) return;
      new Uint8Array(memory.buffer).set(bytes, at);
      const view = new DataView(memory.buffer);
      view.setUint32(addressAt, at, true);
      view.setUint32(lengthAt, bytes.length, true);
    };
    const giving =
      (name: string) =>
      (...args: number[]) => {
        const [status, bytes] = answer(name);
        const results: Record<string, number> = { proxy_get_buffer_bytes: 3, proxy_get_header_map_pairs: 1 };
        const at = results[name] ?? 2;
        hand(bytes, args[at]!, args[at + 1]!);
        return status;
      };
    // Late enough for leases of NOW to have run out.
    const time = (at: number) => {
      new DataView(memory.buffer).setBigUint64(at, BigInt(NOW + 300) * 1_000_000_000n, true);
      return 0;
    };
    const names = WebAssembly.Module.imports(module).map(({ name }) => name);
    const quiet = (name: string) => () => answer(name)[0];
    const env = Object.fromEntries(
      names.map((name) => [name, /_get_current/.test(name) ? time : /_get_/.test(name) ? giving(name) : quiet(name)]),
    );
    const wasi_snapshot_preview1 = { random_get: () => 0, environ_sizes_get: () => 0, environ_get: () => 0 };
    const instance = new WebAssembly.Instance(module, { env, wasi_snapshot_preview1 });
    const exports = instance.exports as Record<string, (...args: number[]) => number>;
    const memory = instance.exports.memory as unknown as WebAssembly.Memory;
    return { exports, memory };
  }

  const module = new WebAssembly.Module(new Uint8Array(readFileSync(gateFile)));
  const ok = [0, Buffer.alloc(0)] as const;

  test("with any bytes for headers gets an answer to send, or a request to let through", () => {
    const block = serializePairs([
      [":authority", "public.example.com"],
      [":path", "/a?b"],
      [":method", "GET"],
      [":scheme", "https"],
      ["cookie", "a=b; zerohop_session=x"],
      ["remote-user", "evil"],
    ]);
    const words = fc.tuple(
      fc.integer({ min: 0, max: 13 }),
      fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0), fc.nat(200)),
    );
    const wrong = fc.oneof(
      mutated(block),
      fc.array(words, { minLength: 1, maxLength: 3 }).map((changes) => {
        const changed = Buffer.from(block);
        for (const [word, value] of changes) changed.writeUInt32LE(value, word * 4);
        return changed;
      }),
      fc.nat(block.length).map((length) => block.subarray(0, length)),
    );
    const given = { configuration: Buffer.from(JSON.stringify({ bundle: bundle() })), headers: block };
    let sent = 0;
    const { exports, memory } = bareGate((name) => {
      if (name === "proxy_send_local_response") sent++;
      if (name === "proxy_get_buffer_bytes") return [0, given.configuration];
      return name === "proxy_get_header_map_pairs" ? [0, given.headers] : ok;
    });
    expect(exports.proxy_on_configure!(1, 1)).toBe(1);
    expect(exports.proxy_on_request_headers!(2, 6, 1)).toBe(0);
    fc.assert(
      fc.property(wrong, (headers) => {
        given.headers = headers;
        sent = 0;
        const paused = exports.proxy_on_request_headers!(2, 6, 1);
        expect(sent).toBe(paused);
      }),
      { numRuns: 4000, seed: 13 },
    );
    expect(memory.buffer.byteLength).toBeLessThan(16 * 1024 * 1024);
  });

  test("with any answers to host calls, in any order of callbacks, meets no trap", () => {
    const cookies = [{ domain, portal, name: "zerohop_session", basic: ["authorization"] }];
    const inline = bundle({ cookies, outage_grace: 900 });
    const configuration = Buffer.from(
      JSON.stringify(
        pollingConfiguration({
          bundle: inline,
          trusted_proxies: ["10.0.0.0/8"],
          access_log: "all",
          drop_session_set_cookie: true,
        }),
      ),
    );
    const jws = Buffer.from(signBundle(bundle({ version: 2, cookies, revoked_sessions: ["mine"] })));
    const block = (...headers: Header[]) =>
      serializePairs([
        [":authority", "app.example.com"],
        [":path", "/"],
        [":method", "GET"],
        [":scheme", "https"],
        ["upgrade", "websocket"],
        ["x-forwarded-for", "203.0.113.7, 10.0.0.1"],
        ...headers,
      ]);
    const mine = { sid: "mine" };
    const bytes = fc.oneof(
      fc.constantFrom(
        Buffer.alloc(0),
        jws,
        configuration,
        Buffer.from("200"),
        Buffer.from("204"),
        Buffer.from("410"),
        Buffer.from("10.0.0.1:80"),
        Buffer.from(`zerohop_session=${token({ ...mine, iat: NOW + 300, exp: NOW + 360 })}; Path=/`),
        Buffer.from(signToken(sessionKey, claims(mine), { typ: "zerohop-basic+jwt" })),
        block(sessionCookie(token(mine))),
        block(["authorization", "Basic YWxpY2U6ZGVtbw=="]),
        block(["set-cookie", "a=1"], ["set-cookie", "=zerohop_session=x"]),
        block(sessionCookie(token(mine)), ["authorization", "Basic YWxpY2U6ZGVtbw=="]),
        Buffer.alloc(16, 0xff),
        Buffer.alloc(16),
      ),
      fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
      mutated(jws),
    );
    const answers = fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 1, 2, 6, 8, 12), bytes), {
      minLength: 1,
      maxLength: 12,
    });
    const callback = fc.constantFrom(
      ...["configure", "tick", "tick", "tick", "answer", "answer", "failure"],
      ...["request", "request", "request", "collision", "response", "allocate"],
    );
    fc.assert(
      fc.property(answers, fc.array(callback, { maxLength: 40 }), fc.boolean(), (answers, callbacks, configured) => {
        let turn = 0;
        let starting = configured;
        const { exports } = bareGate((name) => {
          if (starting && name === "proxy_get_buffer_bytes") return [0, configuration];
          return answers[turn++ % answers.length]!;
        });
        if (configured) exports.proxy_on_configure!(1, configuration.length);
        starting = false;
        const run: Record<string, () => void> = {
          configure: () => exports.proxy_on_configure!(1, 1),
          tick: () => exports.proxy_on_tick!(1),
          answer: () => exports.proxy_on_http_call_response!(1, 1, 3, 10, 0),
          failure: () => exports.proxy_on_http_call_response!(1, 1, 0, 0, 0),
          request: () => exports.proxy_on_request_headers!(2, 5, 1),
          collision: () => exports.proxy_on_request_headers!(-1022, 5, 1),
          response: () => exports.proxy_on_response_headers!(2, 5, 1),
          allocate: () => {
            for (const size of [0, 1, -1, 2 ** 31 - 1, 70_000_000]) exports.proxy_on_memory_allocate!(size);
          },
        };
        for (const name of callbacks) run[name]!();
      }),
      { numRuns: 1500, seed: 17 },
    );
  });

  test("asking for more memory than any message has gets none, and takes none", () => {
    const { exports, memory } = bareGate(() => ok);
    const before = memory.buffer.byteLength;
    for (const size of [-1, -(2 ** 31), 2 ** 31 - 1, 64 * 1024 * 1024 + 1])
      expect(exports.proxy_on_memory_allocate!(size)).toBe(0);
    expect(memory.buffer.byteLength).toBe(before);
    for (let i = 0; i < 50; i++) {
      expect(exports.proxy_on_memory_allocate!(1_000_000)).toBeGreaterThan(0);
      exports.proxy_on_tick!(1);
    }
    expect(memory.buffer.byteLength).toBeLessThan(before + 4_000_000);
  });
});

/** A JWS of any bytes, with a signature that is right for them: of a session, or of a bundle. */
function signRaw(parts: { header?: Buffer; payload: Buffer; bundle?: boolean }): string {
  const key = parts.bundle ? rootKey : sessionKey;
  const typ = parts.bundle ? "zerohop-bundle+jwt" : "JWT";
  const header = parts.header ?? Buffer.from(JSON.stringify({ alg: "EdDSA", typ, kid: key.kid }));
  const signed = `${header.toString("base64url")}.${parts.payload.toString("base64url")}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString("base64url")}`;
}

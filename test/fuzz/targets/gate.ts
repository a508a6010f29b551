// Header maps, cookies and tokens as a proxy hands them to build/gate.wasm. An input is lines of `name: value`. The proxy here
// is as small as can be, and keeps the gate to its word: what goes on to the backend carries no session and no identity but
// the gate's own, and what does not go on is answered once.

import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleKey, freshClaims, newSessionKey, signToken } from "../../../workshop/gate/tokens.ts";
import { BrokenPromise, Bytes, type Target } from "../target.ts";
import { bundle } from "./bundles.ts";
import { addressWords, urlWords } from "./samples.ts";

interface GateExports {
  readonly memory: WebAssembly.Memory;
  proxy_on_memory_allocate(size: number): number;
  proxy_on_configure(context: number, size: number): number;
  proxy_on_request_headers(context: number, count: number, endOfStream: number): number;
}

type Header = [name: string, value: string];

const file = join(import.meta.dirname, "..", "..", "..", "build", "gate.wasm");
const NOT_FOUND = 1;
const CONTINUE = 0;
const HOUR = 3600;
const identity = /^remote[^a-z0-9](user|groups|name|email)$/i;
const isSession = (cookie: string) => /^[ \t]*zerohop_session[ \t]*=/.test(cookie);

/** A host with one request in it. */
class SmallProxy {
  headers: Header[] = [];
  answers = 0;
  /** Status of the answer, and how long its body is in steps of 32 bytes. */
  answer = 0;
  readonly bytes: Bytes;
  private readonly gate: GateExports;
  private readonly now = BigInt(Math.floor(Date.now() / 1000)) * 1_000_000_000n;
  private readonly own = new Set<Header>();
  private readonly source = Buffer.from("10.0.0.1:1234");

  constructor(configuration: Buffer) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
      env: this.imports(configuration),
      wasi_snapshot_preview1: { random_get: () => 0, environ_sizes_get: () => 0, environ_get: () => 0 },
    });
    this.gate = instance.exports as unknown as GateExports;
    this.bytes = new Bytes(this.gate.memory);
    if (this.gate.proxy_on_configure(1, configuration.length) !== 1)
      throw new Error("the gate refuses its configuration");
  }

  /** Whether the request goes on. */
  filter(headers: Header[]): boolean {
    this.headers = headers;
    this.answers = 0;
    this.own.clear();
    return this.gate.proxy_on_request_headers(2, headers.length, 1) === CONTINUE;
  }

  isOwn(header: Header): boolean {
    return this.own.has(header);
  }

  private imports(configuration: Buffer): Record<string, (...args: number[]) => number> {
    const status =
      (operation: (...args: number[]) => void) =>
      (...args: number[]) => {
        operation(...args);
        return 0;
      };
    const without = (name: string) => this.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
    const add = (header: Header) => {
      this.own.add(header);
      this.headers.push(header);
    };
    const known: Record<string, (...args: number[]) => number> = {
      proxy_get_current_time_nanoseconds: status((at) =>
        new DataView(this.gate.memory.buffer).setBigUint64(at!, this.now, true),
      ),
      proxy_get_buffer_bytes: status((_buffer, _from, _most, at, length) => this.hand(configuration, at!, length!)),
      proxy_get_property: status((_path, _length, at, length) => this.hand(this.source, at!, length!)),
      proxy_get_header_map_pairs: status((_map, at, length) => this.hand(serialized(this.headers), at!, length!)),
      proxy_remove_header_map_value: status((_map, at, length) => {
        this.headers = without(this.text(at!, length!));
      }),
      proxy_replace_header_map_value: status((_map, at, length, value, valueLength) => {
        const name = this.text(at!, length!);
        this.headers = without(name);
        add([name, this.text(value!, valueLength!)]);
      }),
      proxy_add_header_map_value: status((_map, at, length, value, valueLength) =>
        add([this.text(at!, length!), this.text(value!, valueLength!)]),
      ),
      proxy_send_local_response: status((code, _details, _detailsLength, body, bodyLength) => {
        this.answers++;
        this.answer = (code! << 8) | (this.text(body!, bodyLength!).length >> 5);
      }),
      proxy_log: status((_level, at, length) => this.text(at!, length!)),
    };
    return new Proxy(known, { get: (functions, name) => functions[String(name)] ?? (() => NOT_FOUND) });
  }

  private hand(bytes: Buffer, addressAt: number, lengthAt: number): void {
    const at = this.gate.proxy_on_memory_allocate(bytes.length) >>> 0;
    if (at === 0) throw new BrokenPromise(`no block of ${bytes.length} bytes`);
    this.bytes.all.set(bytes, at);
    const view = new DataView(this.gate.memory.buffer);
    view.setUint32(addressAt, at, true);
    view.setUint32(lengthAt, bytes.length, true);
  }

  private text(at: number, length: number): string {
    if (length < 0 || (at >>> 0) + length > this.bytes.all.length) throw new BrokenPromise(`${length} bytes at ${at}`);
    return Buffer.from(this.gate.memory.buffer, at >>> 0, length).toString("latin1");
  }
}

function serialized(headers: readonly Header[]): Buffer {
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 10, 4);
  const block = Buffer.allocUnsafe(size);
  let lengths = block.writeUInt32LE(headers.length, 0);
  let to = 4 + headers.length * 8;
  for (const header of headers) {
    for (const part of header) {
      lengths = block.writeUInt32LE(part.length, lengths);
      to += block.write(part, to, "latin1");
      to = block.writeUInt8(0, to);
    }
  }
  return block;
}

function headersOf(lines: string): Header[] {
  return lines.split("\n").map((line) => {
    const colon = line.indexOf(":", 1);
    // A proxy hands names over in lower case.
    return colon < 0 ? [line.toLowerCase(), ""] : [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
}

const key = newSessionKey();
const freshFor = (claims = {}) =>
  freshClaims("https://auth.example.com", "example.com", { exp: (Date.now() / 1000 + HOUR) | 0, ...claims });
const newProxy = () => {
  const now = Math.floor(Date.now() / 1000);
  return new SmallProxy(
    Buffer.from(JSON.stringify({ bundle: { ...bundle, iat: now, keys: [bundleKey(key)], not_before: {} } })),
  );
};

function run(proxy: SmallProxy, headers: Header[]): number {
  const goesOn = proxy.filter(headers);
  if (goesOn ? proxy.answers !== 0 : proxy.answers !== 1) throw new BrokenPromise(`${proxy.answers} answers`);
  if (!goesOn) return proxy.answer;
  let own = 0;
  for (const header of proxy.headers) {
    if (identity.test(header[0])) {
      if (!proxy.isOwn(header)) throw new BrokenPromise(`the client's ${header[0]} goes on`);
      own++;
    } else if (header[0] === "cookie" && !isPortal(proxy) && header[1].split(";").some(isSession)) {
      throw new BrokenPromise("the session goes on");
    }
  }
  return 1 + own;
}

function isPortal(proxy: SmallProxy): boolean {
  const authority = proxy.headers.findLast(([name]) => name === ":authority")?.[1] ?? "";
  return /^auth\.(test\.)?example\.com(:\d+)?$/i.test(authority);
}

function requestWith(...lines: string[]): string {
  return [":authority: app.example.com", ":path: /x", ":method: GET", ":scheme: https", ...lines].join("\n");
}

/** Header maps with a good token, a bad one or none in them. */
export function gateHeaders(): Target {
  const proxy = newProxy();
  const good = `cookie: a=1; zerohop_session=${signToken(key, freshFor())}; b=2`;
  return {
    seeds: [
      requestWith("accept: text/html", "remote-user: evil", "remote_groups: evil", good),
      requestWith("accept: */*", "x-requested-with: XMLHttpRequest", "cookie: zerohop_session=x", "cookie: c=d"),
      requestWith(good, good, `cookie: zerohop_session=${signToken(key, freshFor({ sub: "bob" }))}`),
      requestWith("accept: */*", "sec-fetch-mode: cors", "sec-fetch-dest: empty", "sec-purpose: prefetch"),
      requestWith("sec-fetch-mode: navigate", "referer: https://app.example.com/edit?a#b").replace("GET", "POST"),
      requestWith().replace("app.", "auth."),
      requestWith(good).replace("app.", "public.").replace("/x", "/%61;b/c%3fd"),
    ],
    dictionary: [
      ...urlWords,
      ...addressWords,
      ...[
        "\n",
        ": ",
        ":path: ",
        ":authority: ",
        ":method: ",
        ":scheme: ",
        "cookie: ",
        "accept: ",
        "zerohop_session=",
        "; ",
        "=",
        "\t",
      ],
      ...[
        "remote-user: x",
        "Remote.Email: x",
        "remote_name:",
        "REMOTE GROUPS: x",
        "text/html",
        "*/*;q=0",
        "auth.example.com",
      ],
    ],
    pages: () => proxy.bytes.pages,
    run: (input) => run(proxy, headersOf(Buffer.from(input.buffer, input.byteOffset, input.length).toString("latin1"))),
  };
}

/** Tokens whose signature is good whatever they say: lines of header and claims, signed here. */
export function signedTokens(): Target {
  const proxy = newProxy();
  const header = JSON.stringify({ alg: "EdDSA", typ: "JWT", kid: key.kid });
  const request = headersOf(requestWith("accept: text/html"));
  return {
    seeds: [
      `${header}\n${JSON.stringify(freshFor())}`,
      `${header}\n${JSON.stringify(freshFor({ groups: ["a,b", "é", "c\n"], level: 2 }))}`,
    ],
    dictionary: [
      "{",
      "}",
      '"',
      ",",
      ":",
      "[",
      "]",
      "\n",
      "\\u0000",
      '"alg":"none"',
      '"crit":[]',
      '"sub":"',
      "\r\n",
      ",",
      "9007199254740991",
      "-1",
    ],
    pages: () => proxy.bytes.pages,
    run(input) {
      const line = input.indexOf(10);
      const split = line < 0 ? input.length : line;
      const parts = [input.subarray(0, split), input.subarray(split + 1)].map((part) =>
        Buffer.from(part).toString("base64url"),
      );
      const token = `${parts.join(".")}.${signature(parts.join("."))}`;
      return run(proxy, [...request, ["cookie", `zerohop_session=${token}`]]);
    },
  };
}

function signature(signed: string): string {
  return sign(null, Buffer.from(signed), key.privateKey).toString("base64url");
}

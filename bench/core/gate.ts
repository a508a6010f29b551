// The gate in V8 with a host that does next to nothing, so that what is timed is the gate. The header block is copied into
// its memory as a proxy would; every other host call returns at once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { serializePairs } from "../../workshop/gate/proxy-wasm/pairs.ts";

const file = join(import.meta.dirname, "..", "..", "build", "gate.wasm");

interface GateExports {
  readonly memory: WebAssembly.Memory;
  proxy_on_memory_allocate(size: number): number;
  proxy_on_configure(context: number, size: number): number;
  proxy_on_request_headers(context: number, count: number, end: number): number;
}

export interface Gate {
  /** Decides a request with these headers. 0 lets it through, 1 answers it. */
  decide(headers: PreparedHeaders): number;
  /** Milliseconds that configure took, bundle included. */
  readonly loadMilliseconds: number;
  /** Bytes of linear memory. */
  readonly memoryBytes: number;
}

export interface PreparedHeaders {
  readonly count: number;
  readonly block: Buffer;
}

export function prepareHeaders(headers: readonly Header[]): PreparedHeaders {
  return { count: headers.length, block: serializePairs(headers) };
}

let compiled: WebAssembly.Module | undefined;

/** A new instance with this plugin configuration. Throws when the gate refuses it. */
export function startGate(configuration: object): Gate {
  compiled ??= new WebAssembly.Module(new Uint8Array(readFileSync(file)));
  const config = Buffer.from(JSON.stringify(configuration));
  let current: PreparedHeaders = { count: 0, block: Buffer.alloc(0) };
  let bytes = Buffer.alloc(0);
  const time = BigInt(Date.now()) * 1_000_000n;

  const memory = () => {
    if (bytes.buffer !== exports.memory.buffer) bytes = Buffer.from(exports.memory.buffer);
    return bytes;
  };
  const give = (value: Buffer, addressAt: number, lengthAt: number) => {
    const address = exports.proxy_on_memory_allocate(value.length);
    memory().set(value, address);
    memory().writeUInt32LE(address, addressAt);
    memory().writeUInt32LE(value.length, lengthAt);
    return 0;
  };
  const messages: string[] = [];
  const ok = () => 0;
  const notFound = () => 1;
  const env: Record<string, (...args: number[]) => number> = {
    proxy_log: (_level, at, length) => {
      messages.push(memory().toString("utf8", at, at! + length!));
      return 0;
    },
    proxy_get_current_time_nanoseconds: (at) => {
      memory().writeBigUInt64LE(time, at);
      return 0;
    },
    proxy_get_header_map_pairs: (_map, addressAt, lengthAt) => give(current.block, addressAt!, lengthAt!),
    proxy_get_buffer_bytes: (_buffer, _from, _length, addressAt, lengthAt) => give(config, addressAt!, lengthAt!),
    proxy_get_property: notFound,
    proxy_get_shared_data: notFound,
  };
  const hostFunctions: Record<string, Record<string, () => number>> = { env };
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    hostFunctions[module] ??= {};
    hostFunctions[module][name] ??= ok;
  }
  const exports = new WebAssembly.Instance(compiled, hostFunctions).exports as unknown as GateExports;

  const start = performance.now();
  const accepted = exports.proxy_on_configure(1, config.length);
  const loadMilliseconds = performance.now() - start;
  if (!accepted || messages.length > 0) throw new Error(`the gate refuses its configuration: ${messages.join("; ")}`);
  return {
    loadMilliseconds,
    memoryBytes: exports.memory.buffer.byteLength,
    decide(headers) {
      current = headers;
      return exports.proxy_on_request_headers(2, headers.count, 1);
    },
  };
}

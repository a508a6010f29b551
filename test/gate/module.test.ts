// build/gate.wasm as a file: what it imports and exports, how large it is, and that it has no garbage collector.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FilterModule } from "../../workshop/gate/proxy-wasm/module.ts";
import { browser, gateFile, sessionCookie, startGate, token } from "./gate.ts";
import { describeProgram } from "./program.ts";

const binary = new Uint8Array(readFileSync(gateFile));
const { compiled } = new FilterModule(binary);

describe("the module", () => {
  test("is no larger than 80 KiB", () => {
    expect(binary.length).toBeLessThanOrEqual(81_920);
  });

  test("is as large as README.md says", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    const [, size] = /^\| `gate\.wasm` \| (\d+) KiB,/m.exec(readme)!;
    expect(Math.abs(Number(size) - binary.length / 1024)).toBeLessThan(2);
  });

  test("imports only what Envoy links, and does not trap on there", () => {
    const imports = WebAssembly.Module.imports(compiled);
    expect(new Set(imports.map(({ module, kind }) => `${module} ${kind}`))).toEqual(
      new Set(["env function", "wasi_snapshot_preview1 function"]),
    );
    expect(imports.map(({ name }) => name).sort()).toEqual([
      "environ_get",
      "environ_sizes_get",
      "proxy_add_header_map_value",
      "proxy_close_stream",
      "proxy_continue_stream",
      "proxy_define_metric",
      "proxy_get_buffer_bytes",
      "proxy_get_current_time_nanoseconds",
      "proxy_get_header_map_pairs",
      "proxy_get_header_map_value",
      "proxy_get_property",
      "proxy_get_shared_data",
      "proxy_http_call",
      "proxy_increment_metric",
      "proxy_log",
      "proxy_record_metric",
      "proxy_remove_header_map_value",
      "proxy_replace_header_map_value",
      "proxy_send_local_response",
      "proxy_set_effective_context",
      "proxy_set_property",
      "proxy_set_shared_data",
      "proxy_set_tick_period_milliseconds",
      "random_get",
    ]);
  });

  test("exports only the callbacks that Envoy must call: each one more costs on every request", () => {
    const exports = WebAssembly.Module.exports(compiled).map(({ name, kind }) => `${kind} ${name}`);
    expect(exports.sort()).toEqual([
      "function proxy_abi_version_0_2_1",
      "function proxy_on_configure",
      "function proxy_on_http_call_response",
      "function proxy_on_memory_allocate",
      "function proxy_on_request_headers",
      "function proxy_on_response_headers",
      "function proxy_on_tick",
      "memory memory",
    ]);
  });
});

describeProgram(join("assembly", "proxy-wasm", "envoy", "index.ts"));

test("30,000 requests of all kinds take no memory that stays", () => {
  const gate = startGate();
  const { memory } = gate.workers[0]!.instance;
  const sessions = Array.from({ length: 50 }, (_, i) => sessionCookie(token({ sub: `user ${i}` })));
  const large = { url: "https://app.example.com/", headers: [["x-large", "x".repeat(200_000)] as const] };
  const mixed = sessions.flatMap((session) => [
    { url: "https://app.example.com/a/b?c=d", headers: [session] },
    { url: "https://public.example.com/%C3%A9", headers: [["cookie", "a=1"] as const, ["cookie", "b=2"] as const] },
    { url: "https://closed.example.com/", headers: [session, browser] },
    { url: "https://app.example.com/", headers: [browser] },
  ]);
  const visit = (times: number) => {
    for (let i = 0; i < times; i++) gate.request(mixed[i % mixed.length]!).close();
    gate.request(large).close();
  };
  visit(1000);
  const { size } = memory;
  for (let i = 0; i < 3; i++) visit(10_000);
  expect(memory.size).toBe(size);
  expect(gate.traps).toEqual([]);
});

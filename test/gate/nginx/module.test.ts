// build/gate.nginx.wasm as a file: what ngx_wasm_module must find in it, and what it must not.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { bundle, gateFile as envoyGate, NOW } from "../gate.ts";
import { gateFile } from "./gate.ts";

const compiled = new WebAssembly.Module(readFileSync(gateFile));

test("is no larger than 76 KiB", () => {
  expect(readFileSync(gateFile).length).toBeLessThanOrEqual(77_824);
});

test("imports no function that this host lacks, traps on, or does not do as it says", () => {
  const imports = WebAssembly.Module.imports(compiled).map(({ module, name, kind }) => `${kind} ${module}.${name}`);
  expect(imports.sort()).toEqual([
    "function env.proxy_get_buffer_bytes",
    "function env.proxy_get_current_time_nanoseconds",
    "function env.proxy_get_header_map_value",
    "function env.proxy_get_property",
    "function env.proxy_http_call",
    "function env.proxy_log",
    "function env.proxy_send_local_response",
    "function env.proxy_set_property",
    "function env.proxy_set_tick_period_milliseconds",
  ]);
});

test("exports every callback, for the worker crashes for want of one", () => {
  const exports = WebAssembly.Module.exports(compiled).map(({ name, kind }) => `${kind} ${name}`);
  expect(exports.sort()).toEqual([
    "function proxy_abi_version_0_2_1",
    "function proxy_on_configure",
    "function proxy_on_context_create",
    "function proxy_on_delete",
    "function proxy_on_done",
    "function proxy_on_http_call_response",
    "function proxy_on_log",
    "function proxy_on_memory_allocate",
    "function proxy_on_request_body",
    "function proxy_on_request_headers",
    "function proxy_on_response_body",
    "function proxy_on_response_headers",
    "function proxy_on_tick",
    "function proxy_on_vm_start",
    "memory memory",
  ]);
});

test("is the only gate that this host runs: Envoy's crashes the worker", () => {
  const start = () => new NginxProcess({ filter: envoyGate, now: NOW * 1000, configuration: { bundle: bundle() } });
  expect(start).toThrow("the worker crashes for want of proxy_on_request_body");
});

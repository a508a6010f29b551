// build/plugin.wasm as a file: what it imports and exports, how large it is, and that it has no garbage collector.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { browser, sessionCookie, token } from "../gate.ts";
import { describeProgram } from "../program.ts";
import { app, pluginFile, session, startPlugin, startWith, visit } from "./plugin.ts";

const packed = join(import.meta.dirname, "..", "..", "..", "build", "traefik-plugin");
const compiled = new WebAssembly.Module(readFileSync(pluginFile));

describe("the module", () => {
  test("is no larger than 70 KiB", () => {
    expect(readFileSync(pluginFile).length).toBeLessThanOrEqual(70 * 1024);
  });

  test("imports the handler ABI, and of WASI the clock and what reads a file and makes one: no network, no environment", () => {
    const imports = WebAssembly.Module.imports(compiled).map(({ module, name, kind }) => `${kind} ${module}.${name}`);
    expect(imports.sort()).toEqual([
      "function http_handler.add_header_value",
      "function http_handler.get_config",
      "function http_handler.get_header_names",
      "function http_handler.get_header_values",
      "function http_handler.get_method",
      "function http_handler.get_source_addr",
      "function http_handler.get_uri",
      "function http_handler.log",
      "function http_handler.remove_header",
      "function http_handler.set_header_value",
      "function http_handler.set_status_code",
      "function http_handler.write_body",
      "function wasi_snapshot_preview1.clock_time_get",
      "function wasi_snapshot_preview1.fd_close",
      "function wasi_snapshot_preview1.fd_filestat_get",
      "function wasi_snapshot_preview1.fd_prestat_dir_name",
      "function wasi_snapshot_preview1.fd_prestat_get",
      "function wasi_snapshot_preview1.fd_read",
      "function wasi_snapshot_preview1.fd_write",
      "function wasi_snapshot_preview1.path_filestat_get",
      "function wasi_snapshot_preview1.path_open",
      "function wasi_snapshot_preview1.random_get",
    ]);
  });

  test("exports what the host asks for, and what it runs at the start", () => {
    const exports = WebAssembly.Module.exports(compiled).map(({ name, kind }) => `${kind} ${name}`);
    expect(exports.sort()).toEqual([
      "function _initialize",
      "function handle_request",
      "function handle_response",
      "memory memory",
    ]);
  });

  test("lies beside its manifest, whose example configuration it takes", () => {
    expect(readFileSync(join(packed, "plugin.wasm"))).toEqual(readFileSync(pluginFile));
    const manifest = parse(readFileSync(join(packed, ".traefik.yml"), "utf8"));
    expect(manifest).toMatchObject({ type: "middleware", runtime: "wasm", wasmPath: "plugin.wasm" });
    const host = startWith(manifest.testData);
    expect(host.log).toEqual([]);
    expect(visit(host, "https://public.example.com/").status).toBe(200);
    expect(visit(host, "https://other.example.com/").status).toBe(403);
  });
});

describeProgram(join("assembly", "http-wasm", "index.ts"));

test("30,000 requests of all kinds take no memory that stays", () => {
  const host = startPlugin();
  const sessions = Array.from({ length: 50 }, (_, i) => session({ sub: `user ${i}` }));
  const mixed = sessions.flatMap((cookie) => [
    { url: `${app}a/b?c=d`, headers: [cookie] },
    { url: "https://public.example.com/%C3%A9", headers: [["cookie", "a=1"] as const, ["cookie", "b=2"] as const] },
    { url: "https://closed.example.com/", headers: [cookie, browser] },
    { url: app, headers: [browser] },
  ]);
  const visitMany = (times: number) => {
    for (let i = 0; i < times; i++) host.request(mixed[i % mixed.length]!);
    host.request({
      url: app,
      headers: [
        ["x-large", "x".repeat(200_000)],
        ["cookie", "y".repeat(300_000)],
      ],
    });
  };
  visitMany(1000);
  const { size } = host.instances[0]!.bytes;
  for (let i = 0; i < 3; i++) visitMany(10_000);
  expect(host.instances[0]!.bytes.size).toBe(size);
  expect([host.traps, host.log, host.instances.length]).toEqual([[], [], 1]);
});

test("an instance knows 4,000 sessions in four megabytes, for there may be one for each request that is under way", () => {
  const host = startPlugin();
  expect(host.instances[0]!.bytes.size).toBeLessThanOrEqual(2.25 * 1024 * 1024);
  const sessions = Array.from({ length: 4000 }, (_, i) => session({ sub: `user ${i}` }));
  const statuses = () => new Set(sessions.map((cookie) => visit(host, app, [cookie]).status));
  expect(statuses()).toEqual(new Set([200]));
  expect(host.instances[0]!.bytes.size).toBeLessThanOrEqual(4 * 1024 * 1024);
  // After a flood from the same address only sessions that need no signature are let in.
  const good = token();
  for (let i = 0; i <= 500; i++) {
    const forged = `${good.slice(0, -10)}${String(i).padStart(8, "A")}${good.slice(-2)}`;
    expect(visit(host, app, [sessionCookie(forged)]).status).not.toBe(200);
  }
  expect(visit(host, app, [session({ sub: "newcomer" })]).status).toBe(429);
  expect(statuses()).toEqual(new Set([200]));
  for (let i = 0; i < 10_000; i++) visit(host, app, [session({ sub: `user ${i}` })]);
  expect(host.instances[0]!.bytes.size).toBeLessThanOrEqual(4 * 1024 * 1024);
});

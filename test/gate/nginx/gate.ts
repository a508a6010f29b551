// A gate to test in nginx: build/gate.nginx.wasm in a worker with ngx_wasm_module's ways.
import { join } from "node:path";
import type { NginxCall } from "../../../workshop/gate/proxy-wasm/nginx/nginx-call.ts";
import { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import type { Claims } from "../../../workshop/gate/tokens.ts";
import { bundle, NOW, pollingConfiguration, signBundle } from "../gate.ts";

export const gateFile = join(import.meta.dirname, "..", "..", "..", "build", "gate.nginx.wasm");
export const hostAddress = "127.0.0.1:9091";

/** A worker whose gate decides with this bundle, given in its configuration. */
export function startGate(content: Claims = {}): NginxProcess {
  return new NginxProcess({ filter: gateFile, now: NOW * 1000, configuration: { bundle: bundle(content) } });
}

/** A worker whose gate has fetched this bundle from the host, or is about to. */
export function startPolling(content: Claims = {}, changed: Claims = {}, lines = 1, hasFetched = true): NginxProcess {
  const configuration = pollingConfiguration({ host_cluster: hostAddress, ...changed });
  const configurations = Array.from({ length: lines }, () => configuration);
  const nginx = new NginxProcess({ filter: gateFile, now: NOW * 1000, configuration: configurations });
  if (!hasFetched) return nginx;
  nginx.advance(100);
  publish(nginx, content);
  return nginx;
}

/** The host answers the open poll with a bundle. */
export function publish(nginx: NginxProcess, content: Claims): void {
  nginx.calls.find(isPoll)!.respond(200, [], signBundle(bundle(content)));
  nginx.advance(100);
}

export function isPoll({ path }: NginxCall): boolean {
  return path.startsWith("/api/edge/bundle");
}

/** The calls that requests wait for. */
export function questions(nginx: NginxProcess): NginxCall[] {
  return nginx.calls.filter((call) => !isPoll(call));
}

/** Sets the clock to so many seconds, and lets the worker notice. The open poll is not late by that. */
export function setTime(nginx: NginxProcess, seconds: number): void {
  nginx.clock.now = seconds * 1000;
  nginx.tick();
}

// A gate to test: build/gate.wasm in the small proxy, with keys, a bundle and sessions of a fixed moment.
import { join } from "node:path";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { ProxyProcess, type ProxySettings } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import {
  bundleKey,
  type Claims,
  freshClaims,
  newSessionKey,
  type SessionKey,
  signToken,
} from "../../workshop/gate/tokens.ts";

export const gateFile = join(import.meta.dirname, "..", "..", "build", "gate.wasm");

/** Where the clock stands, in seconds since the epoch. */
export const NOW = 1_790_000_000;
export const domain = "example.com";
export const portal = "https://auth.example.com:8443";
export const sessionKey = newSessionKey();
export const rootKey = newSessionKey();
/** The cluster that reaches the host. */
export const hostCluster = "zerohop_host";
export const edgeToken = `zhe_${"k".repeat(43)}`;

/** What a browser says it takes. */
export const browser: Header = ["accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"];

const rules = [
  { domain: "public.example.com", policy: "bypass" },
  { domain: "app.example.com", policy: "one_factor" },
  { domain: "admin.example.com", policy: "one_factor", subject: "group:admins" },
  { domain: "two.example.com", policy: "two_factor" },
  { domain: "closed.example.com", policy: "deny" },
  { domain: "office.example.com", policy: "bypass", networks: ["203.0.113.0/24"] },
  { domain: "fresh.example.com", policy: "one_factor", max_age: "15m" },
  { domain: "passkey.example.com", policy: "one_factor", amr: ["hwk"] },
  { domain: "files.example.com", policy: "bypass", resources: ["^/open/"] },
];

/** The payload of a bundle. */
export function bundle(content: Claims = {}): Claims {
  return {
    ...{ version: 1, iat: NOW, keys: [bundleKey(sessionKey)] },
    cookies: [{ domain, portal, name: "zerohop_session" }],
    ...{ policy: { default_policy: "deny", rules }, revoked_sessions: [], not_before: {} },
    ...content,
  };
}

/** A bundle as the host signs it; `header` overrides what the JOSE header says. */
export function signBundle(payload: Claims, key: SessionKey = rootKey, header: Claims = {}): string {
  return signToken(key, payload, { typ: "zerohop-bundle+jwt", ...header });
}

/** The claims of alice's session, which began now. */
export function claims(changed: Claims = {}): Claims {
  const times = { iat: NOW, exp: NOW + 60, session_exp: NOW + 3600, auth_time: NOW };
  return freshClaims(portal, domain, { ...times, ...changed });
}

export function token(changed: Claims = {}): string {
  return signToken(sessionKey, claims(changed));
}

export function sessionCookie(value: string): Header {
  return ["cookie", `zerohop_session=${value}`];
}

/** A proxy whose gate decides with this bundle, given in its configuration. */
export function startGate(content: Claims = {}, settings: Partial<ProxySettings> = {}): ProxyProcess {
  return startWith({ bundle: bundle(content) }, settings);
}

/** A proxy with this plugin configuration. */
export function startWith(configuration: string | object, settings: Partial<ProxySettings> = {}): ProxyProcess {
  return new ProxyProcess({ filter: gateFile, now: NOW * 1000, configuration, ...settings });
}

/** The configuration of a gate that fetches its bundle. */
export function pollingConfiguration(changed: Claims = {}): Claims {
  const { kid, x } = rootKey;
  return {
    ...{ root_keys: [{ kid, x }], edge_token: edgeToken },
    ...{ host_cluster: hostCluster, host_authority: "auth.example.com:8443", max_stale: 3600 },
    ...changed,
  };
}

/** Sets the clock to so many seconds, and lets the workers notice with a tick. */
export function setTime(gate: ProxyProcess, seconds: number): void {
  gate.clock.now = seconds * 1000;
  for (const { instance } of gate.workers) instance.tick();
}

/** In one word what became of a request: `200` for one that reached the backend, else the status answered. */
export function statusOf(exchange: Exchange): number {
  return exchange.outcome.kind === "continued" ? 200 : exchange.answer.status;
}

/** Who the backend is told is asking; undefined for nobody. Throws when the backend does not see the request. */
export function userOf(exchange: Exchange): string | undefined {
  return exchange.upstream.get("remote-user");
}

/** The status of a request to app. with this session token: 200 when it proves a session, else 401. */
export function statusWith(gate: ProxyProcess, value: string): number {
  return statusOf(gate.request({ url: "https://app.example.com/", headers: [sessionCookie(value)] }));
}

/** A proxy whose gate has fetched this bundle from the host; `changed` is what its configuration says besides. */
export function startPolling(
  content: Claims = {},
  settings: Partial<ProxySettings> = {},
  changed: Claims = {},
): ProxyProcess {
  const gate = startWith(pollingConfiguration(changed), { clusters: [hostCluster], ...settings });
  publish(gate, content);
  return gate;
}

/** The host answers the open poll with a bundle; then all workers have had the time to take it. */
export function publish(gate: ProxyProcess, content: Claims): void {
  gate.advance(100);
  gate.calls.oldest.respond({ status: 200, body: signBundle(bundle(content)) });
  gate.advance(100);
}

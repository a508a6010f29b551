// What in a Caddyfile opens a way around the gate, be it forward_auth, a reverse_proxy that asks, or the gate inside. docs/lint.md has a
// paragraph about each rule.
import { arrivalRules } from "../attack/rules.ts";
import type { Rule } from "../rule.ts";
import type { CaddyConfig } from "./config.ts";
import { surroundingRules } from "./rules/surroundings.ts";

export const caddyRules: readonly Rule<CaddyConfig>[] = [
  ...arrivalRules<CaddyConfig>("caddy", {
    gate: "put forward_auth before it, in one route block, with a matcher that holds for all that gets there or without one",
    portalHost:
      "give the portal a site of its own, or a matcher with host before this, and pass its requests on to the host",
    identityHeaders: "request_header -Remote* before forward_auth, in one route block",
    identityRemoved:
      "Caddy runs request_header behind forward_auth unless both are in a route block: put them there, request_header first",
    forwardedHeaders:
      "request_header -X-Forwarded-*, -X_*, -X.* and the like before forward_auth, as deploy/caddy/Caddyfile does",
    upgrade: "request_header -Upgrade, but for those whose {header.Upgrade} is websocket and nothing else",
    connect: "respond 405 to a matcher with method CONNECT, before everything else",
    http2Settings: "request_header -HTTP2-Settings",
    connection: "request_header -Connection before forward_auth, and set it to Upgrade for a WebSocket only",
    sessionCookie:
      "cut it out with request_header Cookie, as deploy/caddy/Caddyfile does, in every form that a backend reads as a cookie",
    credentials:
      "add Authorization to copy_headers, which takes the client's out and puts in what is the application's",
    internalEndpoints: "respond 404 to path /api/edge /api/edge/* /api/authz /api/authz/* /api/verify /metrics",
    plainHttp: "leave http:// and the port out of the site's address, or redirect to HTTPS",
    endpoint: "ask /api/authz/forward-auth",
    verifyTarget: "request_header -X-Original-* before it, or ask /api/authz/forward-auth",
    questionHeaders: "request_header -X-Forwarded-* before it",
  }),
  ...surroundingRules,
];

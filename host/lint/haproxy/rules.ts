// What in an HAProxy configuration opens a way around the gate, be it the host as an SPOE agent, another one, zerohop.lua or haproxy-auth-request.
// docs/lint.md has a paragraph about each rule.
import { arrivalRules } from "../attack/rules.ts";
import type { Rule } from "../rule.ts";
import type { HaproxyConfig } from "./config.ts";
import { surroundingRules } from "./rules/surroundings.ts";

export const haproxyRules: readonly Rule<HaproxyConfig>[] = [
  ...arrivalRules<HaproxyConfig>("haproxy", {
    gate: "put http-request send-spoe-group zerohop ask before it and refuse what has no txn.zerohop.status of 200, under conditions that hold for all that gets there",
    portalHost: "have a use_backend for the portal's host that leads to the host, before all others",
    identityHeaders:
      "before the gate, http-request del-header ^remote[^a-z0-9](user|groups|name|email)$ -m reg, without a condition",
    identityRemoved: "move the del-header before the rule that asks the gate",
    forwardedHeaders:
      "http-request del-header them in every spelling, with -m reg and [^a-z0-9] in place of the dash, as deploy/haproxy/haproxy.cfg does",
    upgrade: "remove the header unless req.fhdr(upgrade) is websocket and nothing else",
    connect: "http-request return status 405 if METH_CONNECT",
    http2Settings: "http-request del-header HTTP2-Settings",
    connection: "remove the header, and set it to Upgrade for a WebSocket only",
    sessionCookie:
      "put in its place what the host leaves of it, txn.zerohop.cookie, as deploy/haproxy/haproxy.cfg does",
    credentials:
      "http-request del-header them behind the gate where txn.zerohop has none, as deploy/haproxy/haproxy.cfg does",
    internalEndpoints: "http-request return status 404 for them, with path,url_dec so that /api/%65dge is one of them",
    plainHttp: "http-request redirect scheme https before anything else, or bind with ssl",
    endpoint: "ask /api/authz/forward-auth",
    verifyTarget: "http-request del-header X-Original-URL before the gate, or ask /api/authz/forward-auth",
    questionHeaders: "http-request set-header each before the gate, or del-header those that you do not set",
  }),
  ...surroundingRules,
];

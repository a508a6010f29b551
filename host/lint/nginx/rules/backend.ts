// nginx: what of a client's request reaches the backends that the gate has let it in to.
import { Patterns } from "../../attack/pattern.ts";
import {
  Attacker,
  credential,
  forged,
  forwardedHeaders,
  internalPaths,
  otherHost,
  otherPath,
  sessionCookies,
  sessionToken,
  upgrades,
} from "../../attack/request.ts";
import type { Rule } from "../../rule.ts";
import { headersSetAt, isTakenOut, type NginxConfig, type Pass, unreadHeadersAt } from "../config.ts";
import { backendPasses, passesHeaders, portalPasses, protocolOf, setterOf } from "../queries.ts";
import { gatesAt, type Scope } from "../scope.ts";
import { conditionHolds, type Evaluation, evaluated } from "../variables.ts";

export const backendRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-upgrade",
    severity: "error",
    check(config, report) {
      const patterns = new Patterns();
      const attacker = new Attacker(config.site);
      for (const pass of httpPasses(config)) {
        const values = headersSetAt(pass, "Upgrade");
        const asked = upgrades.find((lines) => {
          const { headers } = attacker.request(otherHost, otherPath, true, lines);
          const evaluation = { config, headers, patterns };
          const passed = values
            .map((value) => evaluated(value, pass.scope, evaluation))
            .filter((value) => value !== "");
          return passed.some((value) => value.toLowerCase() !== "websocket") && !isRefused(pass.scope, evaluation);
        });
        if (asked)
          report(
            pass.directive,
            `one allowed request with Upgrade: ${asked.join(", ")} opens a tunnel, in which any path and any Remote-User reach the backend undecided: proxy_set_header Upgrade to a map of $http_upgrade that has only websocket`,
          );
      }
    },
  },
  {
    id: "nginx-http2-settings",
    severity: "warning",
    check(config, report) {
      for (const pass of httpPasses(config))
        if (
          headersSetAt(pass, "Upgrade").some((value) => value !== "") &&
          !isTakenOut(pass, "HTTP2-Settings") &&
          passesHeaders(pass)
        )
          report(
            pass.directive,
            'HTTP2-Settings, one half of a request for a tunnel, reaches the backend: set proxy_set_header HTTP2-Settings ""',
            unreadHeadersAt(pass, ["HTTP2-Settings"]),
          );
    },
  },
  {
    id: "nginx-session-cookie",
    severity: "error",
    check(config, report) {
      const patterns = new Patterns();
      const attacker = new Attacker(config.site);
      const each = sessionCookies(config.site);
      const cookies = [...each, each.join("; ")];
      for (const pass of askedPasses(config)) {
        const values = headersSetAt(pass, "Cookie");
        const left = cookies.find((cookie) => {
          const { headers } = attacker.request(otherHost, otherPath, true);
          headers.set("Cookie", cookie);
          const passed = values.map((value) => evaluated(value, pass.scope, { config, headers, patterns }));
          return values.length === 0 || passed.some((value) => value.includes(sessionToken));
        });
        if (left !== undefined && (values.length > 0 || passesHeaders(pass)))
          report(
            pass.directive,
            values.length === 0
              ? `the backend gets the user's session, with which it can go everywhere in their name: cut it out, as deploy/nginx/nginx.conf does, and set Cookie here with ${setterOf(pass)}`
              : `the user's session reaches the backend by Cookie: ${JSON.stringify(left).slice(1, -1).replaceAll(sessionToken, "…")}, which it reads as the same cookie: allow blanks and tabs around the name`,
            unreadHeadersAt(pass, ["Cookie"]),
          );
      }
    },
  },
  {
    id: "nginx-credentials",
    severity: "error",
    check(config, report) {
      const patterns = new Patterns();
      for (const pass of askedPasses(config)) {
        const { headers } = new Attacker(config.site).request(otherHost, otherPath, true);
        // The host's word in its answer, said by the client.
        headers.set("X-Zerohop-Onward", "authorization, proxy-authorization");
        const left = ["Authorization", "Proxy-Authorization"].filter((name) => {
          const passed = headersSetAt(pass, name).map((value) =>
            evaluated(value, pass.scope, { config, headers, patterns }),
          );
          return passed.length === 0 ? passesHeaders(pass) : passed.some((value) => value.includes(credential));
        });
        if (left.length > 0)
          report(
            pass.directive,
            `the backend gets the portal's password in ${left.join(" and ")}: set each here with ${setterOf(pass)}, to "" or by $upstream_http_x_zerohop_onward as deploy/nginx/nginx.conf does`,
            unreadHeadersAt(pass, left),
          );
      }
    },
  },
  {
    id: "nginx-forwarded-headers",
    severity: "warning",
    check(config, report) {
      const patterns = new Patterns();
      const { headers } = new Attacker(config.site).request(otherHost, otherPath, true);
      for (const pass of gatedPasses(config)) {
        const left = forwardedHeaders.filter((name) => {
          const passed = headersSetAt(pass, name).map((value) =>
            evaluated(value, pass.scope, { config, headers, patterns }),
          );
          return passed.length === 0 ? passesHeaders(pass) : passed.some((value) => value.includes(forged));
        });
        if (left.length > 0)
          report(
            pass.directive,
            `frameworks take host, path, client or user from the ${left.slice(0, 4).join(", ")} that a client sends, behind the back of the rules: set each here with ${setterOf(pass)}, to "" where you have nothing to say`,
            unreadHeadersAt(pass, left),
          );
      }
    },
  },
  {
    id: "nginx-internal-endpoints",
    severity: "warning",
    check(config, report) {
      for (const { scope, directive } of portalPasses(config)) {
        const server = scope.enclosing("server");
        const location = scope.enclosing("location");
        if (!server || !location) continue;
        const open = internalPaths.filter(
          (path) => !path.includes("%") && config.locations.serving(path, server) === location,
        );
        if (open.length > 0)
          report(
            directive,
            `${open.join(", ")} of the host, for proxies and monitoring, is open to everybody: add location ~ ^/(api/edge|api/authz|api/verify|metrics)(/|$) { return 404; }`,
          );
      }
    },
  },
];

/** Places that pass requests to backends which a gate has let in. */
function gatedPasses(config: NginxConfig): Pass[] {
  return backendPasses(config).filter(({ isGated }) => isGated);
}

/** Those where the host is asked; the module has its own way to leave out sessions and credentials. */
function askedPasses(config: NginxConfig): Pass[] {
  return gatedPasses(config).filter(({ scope }) => !gatesAt(scope).wasm);
}

function httpPasses(config: NginxConfig): Pass[] {
  return gatedPasses(config).filter((pass) => protocolOf(pass) === "proxy");
}

/** Whether a request is answered by an `if` before it is passed on, and was not if it asked for no upgrade. */
function isRefused(scope: Scope, evaluation: Evaluation): boolean {
  const headers = evaluation.headers.copy();
  headers.delete((name) => name === "upgrade");
  const plain = { ...evaluation, headers };
  for (let at: Scope | undefined = scope; at; at = at.parent)
    for (const { words, block = [] } of at.own("if"))
      if (
        block.some(({ name }) => name === "return") &&
        conditionHolds(words, at, evaluation) === true &&
        conditionHolds(words, at, plain) === false
      )
        return true;
  return false;
}

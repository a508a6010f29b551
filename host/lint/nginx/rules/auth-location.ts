// The location that auth_request asks, and the way to it.

import { isLocal, isOpenToTheNetwork, originOf } from "../../address.ts";
import type { Rule } from "../../rule.ts";
import { headerSetAt, type NginxConfig, resolve, type Scope } from "../config.ts";
import { authPasses, isClients, isPlainAndPublic, passesHeaders, pathAsked, redirects } from "../queries.ts";

export const authLocationRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-auth-location-public",
    severity: "error",
    check(config, report) {
      for (const location of config.authLocations)
        if (location.own("internal").length === 0)
          report(
            location.directive!,
            `clients can ask ${location.title} themselves and try out whom the host lets in: add internal`,
          );
    },
  },
  {
    id: "nginx-auth-location-target",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const url = headerSetAt(pass, "X-Original-URL");
        const method = headerSetAt(pass, "X-Original-Method") ?? headerSetAt(pass, "X-Forwarded-Method");
        const missing = [
          ...(url === undefined ? ["X-Original-URL"] : []),
          ...(method === undefined ? ["X-Original-Method"] : []),
        ];
        if (missing.length > 0)
          report(
            pass.directive,
            `the host takes a client's own ${missing.join(" and ")} for the target: set X-Original-URL $scheme://$host$request_uri and X-Original-Method $request_method`,
          );
        else if (!/^\$\{?request_method\}?$/.test(method!))
          report(
            pass.directive,
            `every request is decided about as if its method were ${method}: set X-Original-Method $request_method`,
          );
        else if (!/\$\{?request_uri/.test(url!))
          report(
            pass.directive,
            "X-Original-URL does not have the path as it was sent, so the policy may decide about another one: set it to $scheme://$host$request_uri",
          );
      }
    },
  },
  {
    id: "nginx-auth-location-host",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const url = resolve(headerSetAt(pass, "X-Original-URL") ?? "", pass.scope);
        const host = /^[^/]*:\/\/([^/]*?)(\$\{?request_uri\}?)?(\/|$)/.exec(url)?.[1];
        if (/\$\{?http_host\b/.test(url))
          report(
            pass.directive,
            "a request line with a host of its own chooses the server, and $http_host is another one, which the host then decides about: use $host",
          );
        else if (host !== undefined && !/^\$\{?host\}?/.test(host) && !isOnlyName(host, pass.scope.enclosing("server")))
          report(
            pass.directive,
            `every request to this server is decided about as one to ${host}, whatever its host is: use $host`,
          );
      }
    },
  },
  {
    id: "nginx-auth-location-address",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config))
        if (
          isClients(headerSetAt(pass, "X-Forwarded-For") ?? "") ||
          (passesHeaders(pass) && headerSetAt(pass, "X-Forwarded-For") === undefined)
        )
          report(
            pass.directive,
            "the host takes what a client says of itself for its address: set X-Forwarded-For $remote_addr",
          );
    },
  },
  {
    id: "nginx-auth-location-endpoint",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const path = pathAsked(pass);
        if (path !== undefined && !/^\/api\/(authz\/|verify\b)/.test(path))
          report(
            pass.directive,
            `${path} is no endpoint that decides, and what answers 200 there lets everybody in: pass to /api/authz/auth-request`,
          );
      }
    },
  },
  {
    id: "nginx-auth-location-body",
    severity: "warning",
    check(config, report) {
      for (const { scope, directive } of authPasses(config))
        if (scope.inEffect("proxy_pass_request_body").at(-1)?.words[0] !== "off")
          report(
            directive,
            'every upload goes to the host as well: set proxy_pass_request_body off and Content-Length to ""',
          );
    },
  },
  {
    id: "nginx-auth-location-length",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const isBodyOff = pass.scope.inEffect("proxy_pass_request_body").at(-1)?.words[0] === "off";
        if (isBodyOff && headerSetAt(pass, "Content-Length") !== "")
          report(
            pass.directive,
            'the length of a body that is not sent goes to the host, which takes the next question for the body: set proxy_set_header Content-Length ""',
          );
      }
    },
  },
  {
    id: "nginx-auth-location-cache",
    severity: "error",
    check(config, report) {
      for (const { scope } of authPasses(config)) {
        const cache = scope.inEffect("proxy_cache").at(-1);
        if (cache && cache.words[0] !== "off")
          report(
            cache,
            "what one user was answered counts for others, and after a logout: set proxy_cache off in the location that auth_request asks",
          );
      }
    },
  },
  {
    id: "nginx-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const { scope, directive, authority } of authPasses(config)) {
        const url = resolve(directive.words[0] ?? "", scope);
        const scheme = originOf(url)?.scheme ?? "http";
        if (authority !== undefined && isOpenToTheNetwork(`${scheme}://${authority}`))
          report(
            directive,
            `sessions and answers go to ${authority} unencrypted: use https:// with proxy_ssl_verify on, or a host on this machine`,
          );
      }
    },
  },
  {
    id: "nginx-portal-tls-verify",
    severity: "error",
    check(config, report) {
      for (const { scope, directive } of authPasses(config)) {
        const origin = originOf(resolve(directive.words[0] ?? "", scope));
        if (origin?.scheme === "https" && !isLocal(origin.host) && !scope.isOn("proxy_ssl_verify"))
          report(
            directive,
            "nginx verifies no certificate by itself, so whoever answers in the host's place decides: set proxy_ssl_verify on, proxy_ssl_trusted_certificate and, for a name, proxy_ssl_server_name on",
          );
      }
    },
  },
  {
    id: "nginx-plain-http",
    severity: "warning",
    check(config, report) {
      const passing = new Set(config.passes.map(({ scope }) => scope.enclosing("server")));
      for (const server of config.scopes.filter(({ kind }) => kind === "server")) {
        if (redirects(server) || server.isOn("ssl") || server.enclosing("stream")) continue;
        if (!passing.has(server)) continue;
        const listen = server.own("listen");
        const open = listen.find(isPlainAndPublic);
        if (open || listen.length === 0)
          report(
            open ?? server.directive!,
            "this server passes on requests that came without TLS: listen with ssl, and redirect port 80 to it",
          );
      }
    },
  },
];

/** Whether a server has one name, and this is it. */
function isOnlyName(host: string, server: Scope | undefined): boolean {
  const names = server?.own("server_name").flatMap(({ words }) => words) ?? [];
  const [name = ""] = names;
  const isPlain = /^[\w.-]+$/.test(name) && name !== "_";
  return names.length === 1 && isPlain && (/^\$\{?server_name\}?(:|$)/.test(host) || host.replace(/:.*/, "") === name);
}

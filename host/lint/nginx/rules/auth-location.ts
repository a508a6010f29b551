// The location that auth_request asks, and the way to it.

import { isLocal, isOpenToTheNetwork, originOf } from "../../address.ts";
import type { Rule } from "../../rule.ts";
import { headersSetAt, isTakenOut, type NginxConfig, resolve, unreadHeadersAt } from "../config.ts";
import {
  authPasses,
  isClients,
  isPlainAndPublic,
  passesHeaders,
  pathAsked,
  portalPasses,
  redirects,
  titleOf,
} from "../queries.ts";
import { isInternal } from "../reach.ts";
import type { Scope } from "../scope.ts";

export const authLocationRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-auth-location-public",
    severity: "error",
    check(config, report) {
      for (const { directive, location } of config.questions) {
        const [path = ""] = directive.words;
        if (!location || isInternal(location) || !config.authLocations.has(location)) continue;
        const remedy =
          location.directive!.words.at(-1) === path
            ? "add internal"
            : `give ${path} a location of its own, with internal`;
        report(
          location.directive!,
          `clients can ask ${location.title} themselves and try out whom the host lets in: ${remedy}`,
          location.unread("internal"),
        );
      }
    },
  },
  {
    id: "nginx-auth-location-missing",
    severity: "error",
    check(config, report) {
      for (const { directive, scope, location } of config.questions) {
        const server = scope.enclosing("server");
        if (!server || (location && config.authLocations.has(location))) continue;
        const [path] = directive.words;
        report(
          directive,
          location
            ? `no location is there for ${path}, so ${location.title} answers it, undecided, and whatever it answers with 2xx lets everybody in: add location = ${path} with internal, and pass to /api/authz/auth-request there`
            : `no location is there for ${path}, so every request is refused: add location = ${path} with internal, and pass to /api/authz/auth-request there`,
          server.unread("location"),
        );
      }
    },
  },
  {
    id: "nginx-auth-location-answer",
    severity: "error",
    check(config, report) {
      const passing = new Set(config.passes.map(({ scope }) => scope.enclosing("location")));
      for (const location of config.authLocations) {
        const inside = [...location.directives, ...location.own("if").flatMap(({ block = [] }) => block)];
        const returns = inside.filter(({ name }) => name === "return");
        for (const directive of returns)
          if (/^2/.test(directive.words[0] ?? ""))
            report(directive, `${titleOf(location)} lets in whom the host was not asked about: remove return`);
        const file = inside.find(({ name }) => /^(root|alias|try_files|empty_gif|stub_status)$/.test(name));
        const leadsOn = inside.some(({ name, words }) => name === "rewrite" || words.at(-1)?.startsWith("@"));
        if (file && returns.length === 0 && !passing.has(location) && !leadsOn)
          report(
            file,
            `${titleOf(location)} answers by itself, and a file that is there lets everybody in: pass to /api/authz/auth-request`,
            location.unread("proxy_pass"),
          );
      }
    },
  },
  {
    id: "nginx-auth-location-target",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const urls = headersSetAt(pass, "X-Original-URL");
        const [methods = []] = ["X-Original-Method", "X-Forwarded-Method"]
          .map((name) => headersSetAt(pass, name))
          .filter(({ length }) => length > 0);
        const missing = [
          ...(urls.length === 0 ? ["X-Original-URL"] : []),
          ...(methods.length === 0 ? ["X-Original-Method"] : []),
        ];
        const otherMethod = methods.find((method) => !/^\$\{?request_method\}?$/.test(method));
        if (missing.length > 0)
          report(
            pass.directive,
            `the host takes a client's own ${missing.join(" and ")} for the target: set X-Original-URL $scheme://$host$request_uri and X-Original-Method $request_method`,
            unreadHeadersAt(pass, missing),
          );
        else if (otherMethod !== undefined)
          report(
            pass.directive,
            `every request is decided about as if its method were ${otherMethod}: set X-Original-Method $request_method`,
          );
        else if (urls.some((url) => !/\$\{?request_uri/.test(url)))
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
        const urls = headersSetAt(pass, "X-Original-URL").map((url) => resolve(url, pass.scope));
        const hosts = urls.flatMap((url) => /^[^/]*:\/\/([^/]*?)(\$\{?request_uri\}?)?(\/|$)/.exec(url)?.[1] ?? []);
        const other = hosts.find(
          (host) => !/^\$\{?host\}?/.test(host) && !isOnlyName(host, pass.scope.enclosing("server")),
        );
        if (urls.some((url) => /\$\{?http_host\b/.test(url)))
          report(
            pass.directive,
            "a request line with a host of its own chooses the server, and $http_host is another one, which the host then decides about: use $host",
          );
        else if (other !== undefined)
          report(
            pass.directive,
            `every request to this server is decided about as one to ${other}, whatever its host is: use $host`,
          );
      }
    },
  },
  {
    id: "nginx-auth-location-address",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const addresses = headersSetAt(pass, "X-Forwarded-For");
        if (addresses.some(isClients) || (passesHeaders(pass) && addresses.length === 0))
          report(
            pass.directive,
            "the host takes what a client says of itself for its address: set X-Forwarded-For $remote_addr",
            unreadHeadersAt(pass, ["X-Forwarded-For"]),
          );
      }
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
            scope.unread("proxy_pass_request_body"),
          );
    },
  },
  {
    id: "nginx-auth-location-length",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config)) {
        const isBodyOff = pass.scope.inEffect("proxy_pass_request_body").at(-1)?.words[0] === "off";
        if (isBodyOff && !isTakenOut(pass, "Content-Length"))
          report(
            pass.directive,
            'the length of a body that is not sent goes to the host, which takes the next question for the body: set proxy_set_header Content-Length ""',
            unreadHeadersAt(pass, ["Content-Length"]),
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
      for (const { scope, directive, authority } of [...authPasses(config), ...portalPasses(config)]) {
        const url = resolve(directive.words[0] ?? "", scope);
        const scheme = originOf(url)?.scheme ?? "http";
        if (authority !== undefined && isOpenToTheNetwork(`${scheme}://${authority}`))
          report(
            directive,
            `passwords, sessions and answers go to ${authority} unencrypted: use https:// with proxy_ssl_verify on, or a host on this machine`,
          );
      }
    },
  },
  {
    id: "nginx-portal-tls-verify",
    severity: "error",
    check(config, report) {
      for (const { scope, directive } of [...authPasses(config), ...portalPasses(config)]) {
        const origin = originOf(resolve(directive.words[0] ?? "", scope));
        if (origin?.scheme === "https" && !isLocal(origin.host) && !scope.isOn("proxy_ssl_verify"))
          report(
            directive,
            "nginx verifies no certificate by itself, so whoever answers in the host's place gets passwords, and decides: set proxy_ssl_verify on, proxy_ssl_trusted_certificate and, for a name, proxy_ssl_server_name on",
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
            open ? [] : server.unread("listen"),
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

// What in an nginx configuration opens a way around the gate, be it auth_request or the module of ngx_wasm_module.
// docs/lint.md has a paragraph about each rule.
import { isEveryAddress, isLoopback, isOpenToTheNetwork, originOf } from "../address.ts";
import { identityHeaders, type Rule } from "../rule.ts";
import {
  gatesAt,
  headerSetAt,
  isGateModule,
  locationFor,
  type NginxConfig,
  type Pass,
  resolve,
  type Scope,
  setValue,
} from "./config.ts";
import type { Directive } from "./syntax.ts";

type NginxRule = Rule<NginxConfig>;

export const nginxRules: readonly NginxRule[] = [
  // The gate is there, and stays in.
  {
    id: "nginx-gate-missing",
    severity: "error",
    check(config, report) {
      for (const { scope, directive } of backendPasses(config)) {
        if (isGated(scope) || scope.enclosing("server") === undefined) continue;
        // Switched off rather than missing: the next rule.
        if (scope.inEffect("auth_request").length > 0) continue;
        report(
          directive,
          `${titleOf(scope)} passes requests on undecided: add auth_request, or proxy_wasm with the gate`,
        );
      }
    },
  },
  {
    id: "nginx-auth-request-off",
    severity: "error",
    check(config, report) {
      const reported = new Set<Directive>();
      for (const { scope } of backendPasses(config)) {
        const switched = scope.inEffect("auth_request").at(-1);
        if (!switched || isGated(scope) || reported.has(switched) || !scope.enclosing("server")) continue;
        reported.add(switched);
        report(
          switched,
          `${titleOf(scope)} passes requests on undecided: remove auth_request off, and write a bypass rule into the policy instead`,
        );
      }
    },
  },
  {
    id: "nginx-satisfy-any",
    severity: "error",
    check(config, report) {
      for (const directive of named(config, "satisfy"))
        if (directive.words[0] === "any")
          report(directive, "allow or auth_basic can let in whom auth_request refuses: set satisfy all");
    },
  },
  {
    id: "nginx-return-before-gate",
    severity: "error",
    check(config, report) {
      for (const scope of config.scopes) {
        const location = scope.enclosing("location");
        const declared = location?.directives.some((directive) => declaresGate(directive)) === true;
        for (const directive of declared ? scope.own("return") : [])
          if (/^2(?!04)\d\d$/.test(directive.words[0] ?? ""))
            report(
              directive,
              "return answers before the gate is asked: serve this from a location of its own, or pass it on",
            );
      }
    },
  },
  {
    id: "nginx-error-page",
    severity: "error",
    check(config, report) {
      for (const scope of config.scopes)
        for (const directive of scope.own("error_page")) {
          const codes = directive.words.filter((word) => word === "401" || word === "403");
          const change = directive.words.find((word) => word.startsWith("="));
          const target = directive.words.at(-1);
          if (codes.length === 0 || change === undefined) continue;
          if (/^=2\d\d$/.test(change) || (change === "=" && !onlyRefuses(locationFor(target, scope, config.scopes))))
            report(
              directive,
              `a ${codes.join(" or ")} of the gate becomes a page with another status: write =302 and a URL, or leave the = out`,
            );
        }
    },
  },

  // The gate and the backends read the same request.
  {
    id: "nginx-identity-headers",
    severity: "error",
    check(config, report) {
      for (const pass of backendPasses(config)) {
        if (!isGated(pass.scope) || !passesHeaders(pass)) continue;
        const missing = identityHeaders.filter((header) => headerSetAt(pass, header) === undefined);
        const copied = identityHeaders.filter((header) => /\$\{?http_remote_/i.test(headerSetAt(pass, header) ?? ""));
        if (missing.length > 0)
          report(
            pass.directive,
            `a client's own ${missing.join(", ")} reaches the backend: set each here with ${setterOf(pass)} (a block that sets any header inherits none)`,
          );
        if (copied.length > 0)
          report(
            pass.directive,
            `${copied.join(", ")} is set to what the client sent: set it to what the gate answered`,
          );
      }
    },
  },
  {
    id: "nginx-underscores-in-headers",
    severity: "error",
    check(config, report) {
      for (const directive of named(config, "underscores_in_headers"))
        if (directive.words[0] === "on")
          report(
            directive,
            "CGI and WSGI backends read a client's remote_user as Remote-User: set underscores_in_headers off",
          );
    },
  },
  {
    id: "nginx-invalid-headers",
    severity: "error",
    check(config, report) {
      for (const directive of named(config, "ignore_invalid_headers"))
        if (directive.words[0] === "off")
          report(
            directive,
            "headers like remote.user, which CGI backends read as Remote-User, reach them: set ignore_invalid_headers on",
          );
    },
  },
  {
    id: "nginx-merge-slashes",
    severity: "error",
    check(config, report) {
      for (const directive of named(config, "merge_slashes"))
        if (directive.words[0] === "off")
          report(
            directive,
            "//admin misses location /admin and reaches a backend that takes both for one: set merge_slashes on",
          );
    },
  },
  {
    id: "nginx-real-ip",
    severity: "error",
    check(config, report) {
      for (const directive of named(config, "set_real_ip_from"))
        if (isEveryAddress(directive.words[0] ?? ""))
          report(
            directive,
            "every client can say what its address is, so rules with networks can be met by anybody: name your proxies only",
          );
    },
  },

  // The location that auth_request asks.
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
            `the host takes a client's own ${missing.join(" and ")} for the target: set X-Original-URL $scheme://$http_host$request_uri and X-Original-Method $request_method`,
          );
        else if (!/\$\{?request_uri/.test(url!))
          report(
            pass.directive,
            "X-Original-URL does not have the path as it was sent, so the policy may decide about another one: set it to $scheme://$http_host$request_uri",
          );
      }
    },
  },
  {
    id: "nginx-auth-location-address",
    severity: "error",
    check(config, report) {
      for (const pass of authPasses(config))
        if (passesHeaders(pass) && headerSetAt(pass, "X-Forwarded-For") === undefined)
          report(
            pass.directive,
            "the host takes a client's own X-Forwarded-For for its address: set X-Forwarded-For $remote_addr",
          );
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
    id: "nginx-plain-http",
    severity: "warning",
    check(config, report) {
      for (const server of config.scopes.filter(({ kind }) => kind === "server")) {
        if (redirects(server) || server.isOn("ssl")) continue;
        if (!config.passes.some(({ scope }) => scope.enclosing("server") === server)) continue;
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

  // ngx_wasm_module.
  {
    id: "nginx-wasm-gate-variable",
    severity: "error",
    check(config, report) {
      for (const { scope, directive } of backendPasses(config).filter(({ scope }) => gatesAt(scope).wasm)) {
        const variable = /^\w+:\/\/\$\{?(\w+)/.exec(directive.words[0] ?? "")?.[1];
        const value = variable === undefined ? undefined : setValue(`$${variable}`, scope);
        if (variable === undefined)
          report(
            directive,
            "a request that the module paused goes on by itself when its call fails, to this upstream: proxy_pass http://$zerohop_gate, which only the gate sets",
          );
        else if (value === undefined)
          report(
            directive,
            `$${variable} has no value before the gate gives it one: set $${variable} zerohop_denied in this location or server`,
          );
        else if (!deniesByDefault(config, value))
          report(
            directive,
            `$${variable} is ${value} before the gate has decided, so a failure lets requests through: set it to an upstream that does not exist, as zerohop_denied`,
          );
      }
    },
  },
  {
    id: "nginx-wasm-headers-in-access",
    severity: "error",
    check(config, report) {
      for (const directive of gateModules(config))
        if (!directive.scope.isOn("proxy_wasm_request_headers_in_access"))
          report(
            directive.directive,
            "the gate runs after nginx has evaluated proxy_set_header, so its answer does not count: set proxy_wasm_request_headers_in_access on",
          );
    },
  },
  {
    id: "nginx-wasm-content-phase",
    severity: "error",
    check(config, report) {
      for (const scope of config.scopes.filter((scope) => gatesAt(scope).wasm))
        for (const directive of scope.directives)
          if (directive.name === "try_files" || (directive.name === "mirror" && directive.words[0] !== "off"))
            report(
              directive,
              `${directive.name} comes before the gate's refusal takes effect: remove it, or put it into a location without proxy_wasm that only returns files for everybody`,
            );
    },
  },
  {
    id: "nginx-wasm-tls-verify",
    severity: "error",
    check(config, report) {
      const isLocal = gateModules(config).every(({ directive }) =>
        /127\.\d|localhost|\[::1\]/.test(directive.words.join(" ")),
      );
      for (const wasm of config.scopes.filter(({ kind, parent }) => kind === "wasm" && parent?.kind === "main"))
        for (const name of ["tls_verify_cert", "tls_verify_host"]) {
          const own = wasm.own(name).at(-1);
          const missing = own === undefined && !isLocal;
          if (missing || (own && own.words[0] !== "on"))
            report(
              own ?? wasm.directive!,
              `the gate takes bundles and renewals from whoever answers in the host's place: set ${name} on and tls_trusted_certificate`,
            );
        }
    },
  },

  {
    id: "nginx-include-missing",
    severity: "warning",
    check({ missingIncludes }, report) {
      for (const { pattern, ...place } of missingIncludes)
        report(
          place,
          `${pattern} is not on this machine, so nothing is known about what it says: run zerohop lint where it is`,
        );
    },
  },
];

/** Places that pass requests to a backend, and not to the host. */
function backendPasses({ passes, authLocations, portals }: NginxConfig): Pass[] {
  return passes.filter(({ scope, authority }) => {
    const location = scope.enclosing("location");
    const isAuth = location !== undefined && authLocations.has(location);
    const isPortal = authority !== undefined && portals.has(authority);
    return !isAuth && !isPortal && location?.own("internal").length !== 1;
  });
}

function authPasses({ passes, authLocations }: NginxConfig): Pass[] {
  return passes.filter(({ scope }) => authLocations.has(scope));
}

function isGated(scope: Scope): boolean {
  const { authRequest, wasm } = gatesAt(scope);
  return authRequest || wasm;
}

function named({ scopes }: NginxConfig, name: string): Directive[] {
  return scopes.flatMap((scope) => scope.own(name));
}

function gateModules({ scopes }: NginxConfig): { readonly scope: Scope; readonly directive: Directive }[] {
  return scopes.flatMap((scope) =>
    scope
      .own("proxy_wasm")
      .filter(isGateModule)
      .map((directive) => ({ scope, directive })),
  );
}

function declaresGate(directive: Directive): boolean {
  if (directive.name === "auth_request") return directive.words[0] !== "off";
  return directive.name === "proxy_wasm" && isGateModule(directive);
}

function titleOf(scope: Scope): string {
  return (scope.enclosing("location") ?? scope).title;
}

/** Whether the client's headers go along. */
function passesHeaders(pass: Pass): boolean {
  return pass.scope.inEffect(`${protocolOf(pass)}_pass_request_headers`).at(-1)?.words[0] !== "off";
}

function protocolOf({ directive }: Pass): string {
  return directive.name.replace("_pass", "");
}

function setterOf(pass: Pass): string {
  const protocol = protocolOf(pass);
  return protocol === "proxy" || protocol === "grpc" ? `${protocol}_set_header` : `${protocol}_param`;
}

/** Directives that answer with content. */
const contentNames = /_pass$|^(root|alias|index|try_files|rewrite)$/;

/** Whether a location does nothing but answer with redirects and errors. */
function onlyRefuses(location: Scope | undefined): boolean {
  const own = location?.directives ?? [];
  const all = [...own, ...own.filter(({ name }) => name === "if").flatMap(({ block }) => block ?? [])];
  const answers = all.filter(({ name }) => name === "return");
  return (
    answers.length > 0 &&
    answers.every(({ words }) => /^[345]/.test(words[0] ?? "")) &&
    !all.some(({ name }) => contentNames.test(name))
  );
}

/** Whether a server answers every plain request with a redirect. */
function redirects(server: Scope): boolean {
  const conditions = server.own("if").flatMap(({ block }) => block ?? []);
  const toHttps = conditions.some(({ name, words }) => name === "return" && words.at(-1)?.startsWith("https:"));
  return toHttps || server.own("return").length > 0;
}

function isPlainAndPublic({ words }: Directive): boolean {
  const [address = "", ...options] = words;
  if (options.some((option) => option === "ssl" || option === "quic") || address.startsWith("unix:")) return false;
  const host = /^(\[[^\]]*\]|[^:]*):\d+$/.exec(address)?.[1] ?? address;
  return !isLoopback(host);
}

/** Whether an upstream's name leads nowhere. */
function deniesByDefault({ scopes }: NginxConfig, value: string): boolean {
  if (/den(y|ied)|refus|closed|block/i.test(value)) return true;
  return (
    !/[.:$]/.test(value) && !scopes.some(({ kind, directive }) => kind === "upstream" && directive?.words[0] === value)
  );
}

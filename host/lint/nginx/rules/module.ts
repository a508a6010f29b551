// ngx_wasm_module: what makes it fail open.
import { type Rule, wherever } from "../../rule.ts";
import { headersSetAt, type NginxConfig, setValue } from "../config.ts";
import { backendPasses, deniesByDefault, gateModules, named, passesHeaders } from "../queries.ts";
import { gatesAt, isGateModule, type Scope } from "../scope.ts";
import type { Directive } from "../syntax.ts";

export const moduleRules: readonly Rule<NginxConfig>[] = [
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
        else
          for (const setter of config.setters.get(`$${variable}`) ?? [])
            if (!deniesByDefault(config, setter.value))
              report(setter.directive, `only the gate may give $${variable} a value that leads somewhere: remove this`);
      }
    },
  },
  {
    id: "nginx-wasm-headers-in-access",
    severity: "error",
    check: wherever(
      (config) =>
        gateModules(config)
          .filter(({ scope }) => !scope.isOn("proxy_wasm_request_headers_in_access"))
          .map(({ directive }) => directive),
      "the gate runs after nginx has evaluated proxy_set_header, so its answer does not count: set proxy_wasm_request_headers_in_access on",
    ),
  },
  {
    id: "nginx-wasm-content-phase",
    severity: "error",
    check(config, report) {
      for (const scope of config.scopes.filter((scope) => gatesAt(scope).wasm))
        for (const directive of scope.directives)
          if (goesFirst(directive) || isServedWhenItFails(scope, directive))
            report(
              directive,
              `${directive.name} comes before the gate's refusal takes effect: remove it, or put it into a location without proxy_wasm that only returns files for everybody`,
            );
    },
  },
  {
    id: "nginx-wasm-credentials",
    severity: "error",
    check(config, report) {
      for (const pass of backendPasses(config).filter(({ scope }) => gatesAt(scope).wasm)) {
        if (!passesHeaders(pass)) continue;
        const own = withheld.filter(([header, variable]) => !areVariable(headersSetAt(pass, header), variable));
        if (own.length > 0)
          report(
            pass.directive,
            `the backend gets the session and the credentials that are the gate's: set ${own.map((pair) => pair.join(" ")).join(", ")}`,
          );
      }
    },
  },
  {
    id: "nginx-wasm-isolation",
    severity: "warning",
    check: wherever(
      (config) =>
        gateModules(config).length === 0
          ? []
          : named(config, "proxy_wasm_isolation").filter(({ words }) => words[0] !== "none"),
      "each request gets a gate of its own, which has fetched nothing to decide with and answers 503: remove proxy_wasm_isolation",
    ),
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
    id: "nginx-wasm-variables",
    severity: "error",
    check(config, report) {
      const scopes = new Set(
        backendPasses(config)
          .map(({ scope }) => scope)
          .filter((scope) => gatesAt(scope).wasm),
      );
      for (const scope of scopes) {
        const place = scope.inEffect("proxy_wasm").find(isGateModule)!;
        const missing = spokenVariables.filter((name) => setValue(name, scope) === undefined);
        const given = spokenVariables.filter((name) => config.setters.get(name)?.some(({ value }) => value !== ""));
        if (missing.length > 0)
          report(
            place,
            `the gate traps, and every request with it, where ${missing.join(", ")} is not declared: set each to "" in this server`,
          );
        if (given.length > 0)
          report(place, `${given.join(", ")} goes to backends where the gate says nothing: set each to ""`);
      }
    },
  },
  {
    id: "nginx-wasm-host",
    severity: "error",
    check(config, report) {
      const servers = new Set(
        backendPasses(config).flatMap(({ scope }) => (gatesAt(scope).wasm ? (scope.enclosing("server") ?? []) : [])),
      );
      const knowing = ["$http_host", ...variablesOfHosts(config)];
      for (const server of servers)
        if (!refusesOtherHosts(server, knowing))
          report(
            server.directive!,
            "a request line with a host of its own chooses the server, and the gate decides about the Host header: refuse requests where $host and $http_host differ, as deploy/nginx-wasm/nginx.conf does",
          );
    },
  },
  {
    id: "nginx-wasm-resolver",
    severity: "warning",
    check(config, report) {
      if (gateModules(config).length === 0) return;
      for (const scope of config.scopes.filter(({ kind }) => kind !== "wasm"))
        for (const directive of scope.own("resolver"))
          report(
            directive,
            "what names no upstream is asked of this resolver, zerohop_denied too, whose answer then gets every request: remove it",
          );
    },
  },
];

/** In these the gate says what it decided. */
const spokenVariables = [
  "$zerohop_user",
  "$zerohop_groups",
  "$zerohop_name",
  "$zerohop_email",
  "$zerohop_cookie",
  "$zerohop_authorization",
  "$zerohop_proxy_authorization",
  "$zerohop_set_cookie",
] as const;

/** Headers that the backend gets as the gate leaves them, and the variables that have them. */
const withheld = [
  ["Cookie", "$zerohop_cookie"],
  ["Authorization", "$zerohop_authorization"],
  ["Proxy-Authorization", "$zerohop_proxy_authorization"],
] as const;

function areVariable(values: readonly string[], variable: string): boolean {
  return values.length > 0 && values.every((value) => value === "" || value.replace(/[{}]/g, "") === variable);
}

/** Whether a location serves files: those a request that the module has paused gets when the module fails. */
function isServedWhenItFails(scope: Scope, { name }: Directive): boolean {
  const isFiles = /^(root|alias|autoindex|index)$/.test(name);
  return isFiles && scope.kind === "location" && !scope.directives.some((directive) => /_pass$/.test(directive.name));
}

/** Whether a directive answers before the gate's refusal does. */
function goesFirst({ name, words }: Directive): boolean {
  if (name === "return") return /^2(?!04)\d\d$/.test(words[0] ?? "");
  return name === "try_files" || (name === "mirror" && words[0] !== "off");
}

/** The variables of maps that compare the Host header with something. */
function variablesOfHosts({ scopes }: NginxConfig): string[] {
  return scopes
    .filter(({ kind, directive }) => kind === "map" && directive?.words[0]?.includes("$http_host"))
    .map(({ directive }) => directive!.words[1] ?? "");
}

/** Whether a server refuses requests by a condition that knows the Host header, itself or through a variable. */
function refusesOtherHosts(server: Scope, knowing: readonly string[]): boolean {
  return server
    .own("if")
    .some(
      ({ words, block = [] }) =>
        knowing.some((name) => words.join(" ").includes(name)) &&
        block.some(({ name, words }) => name === "return" && /^4/.test(words[0] ?? "")),
    );
}

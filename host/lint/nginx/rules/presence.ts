// nginx: the gate is there, and stays in.
import { chosenFor, mayBePortal } from "../../portal-name.ts";
import { type Rule, wherever } from "../../rule.ts";
import { isGated, type NginxConfig, namesOf } from "../config.ts";
import { backendPasses, declaresGate, named, onlyRefuses, titleOf } from "../queries.ts";
import { isInternal } from "../reach.ts";
import type { Scope } from "../scope.ts";
import type { Directive } from "../syntax.ts";

export const presenceRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-gate-missing",
    severity: "error",
    check(config, report) {
      // The portal is known by what auth_request asks, which a file of conf.d may not show.
      const isWhole = config.scopes.some((scope) => scope.enclosing("http") !== undefined);
      const showsPortal = isWhole || config.portals.size > 0;
      const portalHint = showsPortal
        ? ""
        : "; if it is the portal that this leads to, lint nginx.conf, which includes what shows that";
      for (const { scope, directive, authority, isGated } of backendPasses(config)) {
        const server = scope.enclosing("server");
        if (isGated || server === undefined) continue;
        // Switched off rather than missing: the next rule.
        if (scope.inEffect("auth_request").length > 0) continue;
        const location = scope.enclosing("location");
        const lead = location && isInternal(location) ? config.reach.undecided.get(location) : undefined;
        report(
          directive,
          lead
            ? `${titleOf(scope)} passes requests on undecided, for ${lead.name} in line ${lead.line} of ${lead.file} leads here without an allow of the gate: add auth_request here, or lead elsewhere`
            : `${titleOf(scope)} passes requests on undecided: add auth_request, or proxy_wasm with the gate${portalHint}`,
          !showsPortal && mayBePortal(authority, namesOf(server))
            ? ["what includes this file", ...scope.unread("auth_request")]
            : scope.unread("auth_request"),
        );
      }
    },
  },
  {
    id: "nginx-portal-host",
    severity: "error",
    check(config, report) {
      const servers = config.scopes.filter((scope) => scope.kind === "server" && !scope.enclosing("stream"));
      // Which server is for a name that none has, and which for what a pattern matches, is said elsewhere in part.
      const named = servers.filter((server) => !namesOf(server).some((name) => name.startsWith("~")));
      for (const host of config.site.portalHosts) {
        const chosen = named.length === servers.length ? chosenFor(host, named, namesOf) : undefined;
        for (const { scope, directive, isGated } of backendPasses(config))
          if (isGated && chosen !== undefined && scope.enclosing("server") === chosen)
            report(
              directive,
              `${titleOf(scope)} gets requests for ${host}, which are the portal's and decided by nobody: give the portal a server of its own, which passes them on to the host`,
            );
      }
    },
  },
  {
    id: "nginx-auth-request-off",
    severity: "error",
    check(config, report) {
      const reported = new Set<Directive>();
      for (const { scope, isGated } of backendPasses(config)) {
        const switched = scope.inEffect("auth_request").at(-1);
        if (!switched || isGated || reported.has(switched) || !scope.enclosing("server")) continue;
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
    check: wherever(
      (config) => named(config, "satisfy", "any"),
      "allow or auth_basic can let in whom auth_request refuses: set satisfy all",
    ),
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
      // Where a page stands in a file that is included, the location that it names is in another one.
      const hasServers = config.scopes.some(({ kind }) => kind === "server");
      for (const scope of config.scopes)
        for (const directive of scope.own("error_page")) {
          const codes = directive.words.filter((word) => word === "401" || word === "403");
          const change = directive.words.find((word) => word.startsWith("="));
          const target = directive.words.at(-1);
          const isAnswer = config.authLocations.has(scope);
          if (isAnswer && change !== undefined && /^=(2\d\d)?$/.test(change))
            report(
              directive,
              "this is the answer that auth_request goes by, and a host that fails or refuses becomes an allow: remove error_page from here",
            );
          if (isAnswer || codes.length === 0 || change === undefined) continue;
          const page = () => config.locations.serving(target, scope);
          if (/^=2\d\d$/.test(change) || (change === "=" && hasServers && !onlyRefuses(page())))
            report(
              directive,
              `a ${codes.join(" or ")} of the gate becomes a page with another status: write =302 and a URL, or leave the = out`,
            );
        }
    },
  },
  {
    id: "nginx-stream",
    severity: "error",
    check(config, report) {
      const gated = new Set(
        backendPasses(config).flatMap(({ isGated, authority }) => (isGated ? (authority ?? []) : [])),
      );
      for (const { directive, authority } of config.streamPasses)
        if (authority !== undefined && gated.has(authority))
          report(
            directive,
            `this stream server reaches ${authority}, which others reach through the gate only: remove it`,
          );
    },
  },
  {
    id: "nginx-ungated-files",
    severity: "warning",
    check(config, report) {
      const gated = new Set(
        config.scopes.flatMap((scope) =>
          scope.kind === "location" && isGated(scope) ? (scope.enclosing("server") ?? []) : [],
        ),
      );
      for (const scope of config.scopes) {
        const server = scope.enclosing("server");
        if (scope.kind !== "location" || !server || !gated.has(server) || isGated(scope) || isForEverybody(scope))
          continue;
        const files = scope.directives.find(({ name }) => /^(root|alias|autoindex)$/.test(name));
        if (files)
          report(
            files,
            `${scope.title} gives files to everybody, and other locations of this server ask the gate: add auth_request`,
          );
      }
    },
  },
];

/** Whether a location is for internal use, for one file, or for what has to be public. */
function isForEverybody(location: Scope): boolean {
  const [modifier = ""] = location.directive!.words;
  const path = location.directive!.words.at(-1)!;
  const isPublic = /well-known|static|assets|css|\bjs\b|ima?ge?s?|fonts?|favicon|robots/i.test(path);
  return location.own("internal").length > 0 || modifier === "=" || modifier.startsWith("@") || isPublic;
}

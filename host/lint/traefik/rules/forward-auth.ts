// Traefik with forwardAuth.
import { isOpenToTheNetwork, originOf } from "../../address.ts";
import { type Entry, whereTrue } from "../../entry.ts";
import { clientsOwn, headersLeft, isOneOf } from "../../identity-headers.ts";
import { type Rule, wherever } from "../../rule.ts";
import { isEndpoint, type TraefikConfig } from "../config.ts";
import { believesClients, forwardAuths, isStrict, patternOf, servingPoints } from "../queries.ts";

export const forwardAuthRules: readonly Rule<TraefikConfig>[] = [
  {
    id: "traefik-identity-headers",
    severity: "error",
    check(config, report) {
      const { identityHeaders } = config.site;
      for (const auth of forwardAuths(config)) {
        const listed = auth
          .get("authResponseHeaders")
          .texts()
          .flatMap((text) => text.split(","))
          .map((name) => name.trim().toLowerCase());
        const pattern = patternOf(auth.get("authResponseHeadersRegex").text);
        const missing = headersLeft(identityHeaders, (name) => listed.includes(name) || pattern?.test(name) === true);
        if (missing.length > 0)
          report(
            auth.get("authResponseHeaders").place(),
            `${clientsOwn(missing)}: list all of ${identityHeaders.join(", ")}`,
          );
      }
    },
  },
  {
    id: "traefik-header-aliases",
    severity: "error",
    check(config, report) {
      if (config.middlewares.length > 0 && forwardAuths(config).length === 0) return;
      for (const point of servingPoints(config)) {
        const http = point.get("http");
        const strategy = http.get("aliasHeadersStrategy");
        if (!isStrict(strategy) && !isStrict(http.get("underscoreHeadersStrategy")))
          report(
            strategy.place(),
            `CGI, PHP and WSGI backends read a client's Remote_User or Remote.User as Remote-User: set http.aliasHeadersStrategy: delete on the entry point ${point.key}`,
          );
      }
    },
  },
  {
    id: "traefik-underscores-only",
    severity: "warning",
    check: wherever(
      (config) =>
        servingPoints(config)
          .filter((point) => !isStrict(point.get("http", "aliasHeadersStrategy")))
          .map((point) => point.get("http", "underscoreHeadersStrategy"))
          .filter(isStrict),
      "Remote.User still passes, which PHP reads as Remote-User: use aliasHeadersStrategy (Traefik 3.7.12 and newer)",
    ),
  },
  {
    id: "traefik-trust-forward-header",
    severity: "warning",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const trust = auth.get("trustForwardHeader");
        // True is right where entry points are known to believe no client.
        const safe =
          config.entryPoints.size > 0 && [...config.entryPoints.values()].every((point) => !believesClients(point));
        if (trust.isFalse || (trust.isTrue && safe)) continue;
        report(
          trust.place(),
          trust.isTrue
            ? "the target and the address are what X-Forwarded-* says, also from clients if the entry point lets it pass: set trustForwardHeader: false"
            : "without it Traefik drops some X-Forwarded-* of clients and keeps others: set trustForwardHeader: false",
        );
      }
    },
  },
  {
    id: "traefik-endpoint",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const address = auth.get("address");
        if (!isEndpoint(address.text ?? ""))
          report(
            address.place("value"),
            `${address.text} is no endpoint that decides, and what answers 200 there lets everybody in: ask /api/authz/forward-auth`,
          );
      }
    },
  },
  {
    id: "traefik-headers-before-gate",
    severity: "error",
    check({ routers }, report) {
      const reported = new Set<unknown>();
      for (const { entry: router, middlewares } of routers) {
        const gate = middlewares.findIndex(({ isGate }) => isGate);
        // Of a router that answers TLS alone it is so.
        const isTrue = ({ key, text }: Entry) =>
          /^x-forwarded-proto$/i.test(key) && text === "https" && router.get("tls").exists;
        for (const { entry } of middlewares.slice(0, Math.max(gate, 0)))
          for (const header of entry?.get("headers", "customRequestHeaders").entries() ?? []) {
            if (!asked.test(header.key) || !header.text || isTrue(header) || reported.has(header.path.join())) continue;
            reported.add(header.path.join());
            report(
              header.place(),
              `everybody's question to the host has the same ${header.key}: remove it, or set it behind the gate`,
            );
          }
      }
    },
  },
  {
    id: "traefik-forward-body",
    severity: "warning",
    check: wherever(
      (config) => whereTrue(forwardAuths(config), "forwardBody"),
      "bodies are held in memory and sent to the host, which has no use for them: remove forwardBody",
    ),
  },
  {
    id: "traefik-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const address = auth.get("address");
        if (isOpenToTheNetwork(address.text ?? "") && !config.isNear(originOf(address.text!)!.host))
          report(
            address.place("value"),
            `sessions and answers go to ${address.text} unencrypted: use https://, or a host on this machine`,
          );
      }
    },
  },
  {
    id: "traefik-tls-skip-verify",
    severity: "error",
    check: wherever(
      (config) => whereTrue(forwardAuths(config), "tls", "insecureSkipVerify"),
      "whoever answers in the host's place decides: remove insecureSkipVerify, and name its CA in tls.ca",
    ),
  },
  {
    id: "traefik-set-identity",
    severity: "error",
    check: wherever(
      ({ site, middlewares }) =>
        middlewares
          .flatMap((middleware) => middleware.get("headers", "customRequestHeaders").entries())
          .filter(({ key, text }) => text && isOneOf(site.identityHeaders, key)),
      ({ key }) => `${key} is set to the same value for everybody: remove it`,
    ),
  },
];

/** Headers by which the host decides. */
const asked = /^(cookie|authorization|proxy-authorization|x-forwarded-(method|proto|host|uri|for))$/i;

// Caddy: the way to the host, whom Caddy believes, and what could not be read.
import { isEveryAddress, isOpenToTheNetwork } from "../../address.ts";
import { missingFileRule } from "../../included-files.ts";
import { type Rule, wherever } from "../../rule.ts";
import type { CaddyConfig } from "../config.ts";
import { hasTls, portalProxies } from "../queries.ts";
import { below } from "../syntax.ts";

export const surroundingRules: readonly Rule<CaddyConfig>[] = [
  {
    id: "caddy-trusted-proxies",
    severity: "error",
    check: wherever(
      ({ globals, proxies }) =>
        [...globals, ...proxies.map(({ directive }) => directive)]
          .flatMap(below)
          .filter(({ name, args }) => name === "trusted_proxies" && args.some(isEveryAddress)),
      "every client can say what its address is, so rules with networks can be met by anybody: name your proxies only",
    ),
  },
  {
    id: "caddy-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const { directive, upstreams } of portalProxies(config)) {
        const open = upstreams.find((upstream) => !upstream.startsWith("unix/") && isOpenToTheNetwork(urlOf(upstream)));
        if (open !== undefined && !hasTls(directive))
          report(
            directive,
            `passwords and sessions go to ${open} unencrypted: use https://, or a host on this machine`,
          );
      }
    },
  },
  {
    id: "caddy-portal-tls-verify",
    severity: "error",
    check: wherever(
      (config) =>
        portalProxies(config)
          .flatMap(({ directive }) => below(directive))
          .filter(({ name }) => name === "tls_insecure_skip_verify"),
      "whoever answers in the host's place gets passwords, and decides: remove this, and name its CA in tls_trust_pool",
    ),
  },
  {
    id: "caddy-admin",
    severity: "error",
    check: wherever(
      ({ globals }) =>
        globals.filter(({ name, args }) => name === "admin" && /^(0\.0\.0\.0|\[::\])?:\d+$/.test(args[0] ?? "")),
      "whoever reaches the admin interface can change every route: bind it to localhost, or set admin off",
    ),
  },
  missingFileRule("caddy-import-missing", "run zerohop lint where it is"),
];

function urlOf(upstream: string): string {
  return upstream.includes("://") ? upstream.replace(/^h2c:/, "http:") : `http://${upstream}`;
}

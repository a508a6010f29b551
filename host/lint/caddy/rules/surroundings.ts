// Caddy: the way to the host, whom Caddy believes, and what could not be read.
import { isEveryAddress, isOpenToTheNetwork } from "../../address.ts";
import { missingFileRule } from "../../included-files.ts";
import type { Rule } from "../../rule.ts";
import type { CaddyConfig } from "../config.ts";
import { hasTls, portalProxies } from "../queries.ts";
import { below } from "../syntax.ts";

export const surroundingRules: readonly Rule<CaddyConfig>[] = [
  {
    id: "caddy-trusted-proxies",
    severity: "error",
    check({ globals, proxies }, report) {
      const options = [...globals.flatMap(below), ...proxies.flatMap(({ directive }) => below(directive))];
      for (const option of options)
        if (option.name === "trusted_proxies" && option.args.some(isEveryAddress))
          report(
            option,
            "every client can say what its address is, so rules with networks can be met by anybody: name your proxies only",
          );
    },
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
    check(config, report) {
      for (const { directive } of portalProxies(config))
        for (const option of below(directive))
          if (option.name === "tls_insecure_skip_verify")
            report(
              option,
              "whoever answers in the host's place gets passwords, and decides: remove this, and name its CA in tls_trust_pool",
            );
    },
  },
  {
    id: "caddy-admin",
    severity: "error",
    check({ globals }, report) {
      for (const option of globals)
        if (option.name === "admin" && /^(0\.0\.0\.0|\[::\])?:\d+$/.test(option.args[0] ?? ""))
          report(
            option,
            "whoever reaches the admin interface can change every route: bind it to localhost, or set admin off",
          );
    },
  },
  missingFileRule("caddy-import-missing", "run zerohop lint where it is"),
];

function urlOf(upstream: string): string {
  return upstream.includes("://") ? upstream.replace(/^h2c:/, "http:") : `http://${upstream}`;
}

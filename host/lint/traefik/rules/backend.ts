// Traefik: what of a client's request reaches the backends that the gate has let it in to, and the host.
import { internalPaths, rewritingHeaders } from "../../attack/request.ts";
import type { Entry } from "../../entry.ts";
import type { Rule } from "../../rule.ts";
import { namesIn, type Router, type TraefikConfig } from "../config.ts";
import { forwardAuths, headersSet, isGated, leadsToHost, redirects } from "../queries.ts";

export const backendRules: readonly Rule<TraefikConfig>[] = [
  {
    id: "traefik-upgrade",
    severity: "error",
    check(config, report) {
      for (const router of knownRouters(config)) {
        // The plugin lets no other upgrade pass by itself.
        if (!asks(router) || asksForUpgrade.test(router.entry.get("rule").text ?? "")) continue;
        if (!headersSet(router.middlewares).has("upgrade"))
          report(
            router.entry.get("middlewares").place(),
            `one allowed request with Upgrade: h2c opens a tunnel, in which any path and any Remote-User reach the backend of ${router.entry.key} undecided: set customRequestHeaders Upgrade: "", and give WebSockets a router with HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)`,
          );
      }
    },
  },
  {
    id: "traefik-credentials",
    severity: "error",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const listed = auth.get("authResponseHeaders");
        const names = listed.texts().flatMap((text) => text.split(","));
        if (names.some((name) => name.trim().toLowerCase() === "authorization")) continue;
        const used = knownRouters(config).filter(({ middlewares }) =>
          middlewares.some(({ entry }) => entry?.get("forwardAuth").value === auth.value),
        );
        const open = used.filter(({ middlewares }) => {
          const gate = middlewares.findIndex(({ isGate }) => isGate);
          return headersSet(middlewares.slice(gate + 1)).get("authorization") !== "";
        });
        if (open.length > 0)
          report(
            listed.place(),
            "backends get the portal's password in Authorization: list Authorization, which takes the client's out and puts in what is the application's",
          );
      }
    },
  },
  {
    id: "traefik-rewrite-headers",
    severity: "warning",
    check(config, report) {
      for (const router of knownRouters(config)) {
        const set = headersSet(router.middlewares);
        const left = rewritingHeaders.filter((name) => !set.has(name.toLowerCase()));
        if (left.length > 0)
          report(
            router.entry.get("middlewares").place(),
            `some frameworks take the path from ${left.join(" and ")}, which no rule sees: set each to "" in customRequestHeaders`,
          );
      }
    },
  },
  {
    id: "traefik-verify-target",
    severity: "warning",
    check(config, report) {
      for (const auth of forwardAuths(config)) {
        const address = auth.get("address");
        const passed = auth.get("authRequestHeaders").texts();
        if (!/\/api\/verify(\?|$)/.test(address.text ?? "")) continue;
        if (passed.length > 0 && !passed.some((name) => /x-original-url/i.test(name))) continue;
        const isOpen = config.routers.some(({ middlewares }) => {
          const gate = middlewares.findIndex(({ entry }) => entry?.get("forwardAuth").value === auth.value);
          return gate >= 0 && !headersSet(middlewares.slice(0, gate)).has("x-original-url");
        });
        if (isOpen)
          report(
            address.place("value"),
            "/api/verify looks at a client's own X-Original-URL before the X-Forwarded-* of this proxy: ask /api/authz/forward-auth, or list authRequestHeaders",
          );
      }
    },
  },
  {
    id: "traefik-internal-endpoints",
    severity: "warning",
    check(config, report) {
      const byHost = new Map<string, Router[]>();
      for (const router of config.routers)
        for (const host of namesIn(router.entry, "Host")) {
          const routers = byHost.get(host) ?? [];
          byHost.set(host, routers);
          routers.push(router);
        }
      for (const router of config.routers) {
        const rule = router.entry.get("rule");
        if (!leadsToHost(config, router) || redirects(router) || /path/i.test(rule.text ?? "")) continue;
        const others = namesIn(router.entry, "Host")
          .flatMap((host) => byHost.get(host) ?? [])
          .filter(({ entry }) => priorityOf(entry) > priorityOf(router.entry));
        const rules = others.map(({ entry }) => entry.get("rule").text ?? "").join("\n");
        const open = internalPaths
          .filter((path) => !path.includes("%"))
          .map((path) => path.split("/").slice(1, 3).join("/"))
          .filter((path) => !rules.includes(path));
        if (open.length > 0)
          report(
            rule.place(),
            `${open.map((path) => `/${path}`).join(", ")} of the host, for proxies and monitoring, is open to everybody: give them a router of a higher priority that lets nobody in, as deploy/traefik/dynamic.yml does`,
          );
      }
    },
  },
];

/** Routers that a gate decides for, and whose middlewares are all in view. */
function knownRouters(config: TraefikConfig): Router[] {
  return config.routers.filter(
    (router) =>
      isGated(router) && !leadsToHost(config, router) && router.middlewares.every(({ entry }) => entry !== undefined),
  );
}

function asks({ middlewares }: Router): boolean {
  return middlewares.some(({ entry, isGate }) => isGate && entry?.get("forwardAuth").written);
}

/** A rule that is for WebSockets only. */
const asksForUpgrade =
  /(?<!!\s{0,9})Header(Regexp)?\(\s*[`"']Upgrade[`"']\s*,\s*[`"'](\(\?i\))?\^?websocket\$?[`"']\s*\)/i;

/** A router's priority as Traefik computes it: 0, or none, means the length of its rule. */
function priorityOf(entry: Entry): number {
  return Number(entry.get("priority").text ?? 0) || (entry.get("rule").text ?? "").length;
}

// Traefik: the gate is there, and stays in.

import { dirname } from "node:path/posix";
import { type Rule, wherever } from "../../rule.ts";
import { authoritiesOf, namesIn, type Router, type TraefikConfig } from "../config.ts";
import { isGated, leadsToHost, patternOf, plugins, portless, redirects, rewriting } from "../queries.ts";

export const presenceRules: readonly Rule<TraefikConfig>[] = [
  {
    id: "traefik-gate-missing",
    severity: "error",
    check(config, report) {
      for (const router of ungated(config).filter(({ middlewares }) => middlewares.every(({ entry }) => entry))) {
        const asking = router.middlewares.find(({ kind }) => kind === "forwardauth");
        const other = asking?.entry?.get("forwardAuth", "address").text;
        report(
          router.entry.get("middlewares").place(),
          `the router ${router.entry.key} passes requests on undecided${other ? `, for ${other} is none of Zerohop's endpoints` : ""}: add the gate to its middlewares`,
        );
      }
    },
  },
  {
    id: "traefik-gate-unseen",
    severity: "unknown",
    check(config, report) {
      for (const { entry, middlewares } of ungated(config)) {
        const unseen = middlewares.filter(({ entry }) => !entry).map(({ name }) => name);
        if (unseen.length > 0)
          report(
            entry.get("middlewares").place(),
            `${unseen.join(", ")} is not defined in what was read, so nothing is known about whether anything decides about the requests of ${entry.key}: run zerohop lint on the file that defines it, with this one`,
          );
      }
    },
  },
  {
    id: "traefik-portal-host",
    severity: "error",
    check(config, report) {
      for (const host of config.site.portalHosts) {
        const isNamed = config.routers.some(({ entry }) => namesIn(entry, "Host").includes(host));
        for (const router of config.routers.filter((router) => isGated(router) && !leadsToHost(config, router))) {
          const patterns = isNamed ? [] : namesIn(router.entry, "HostRegexp");
          if (namesIn(router.entry, "Host").includes(host) || patterns.some((one) => patternOf(one)?.test(host)))
            report(
              router.entry.get("rule").place(),
              `the router ${router.entry.key} gets requests for ${host}, which are the portal's and decided by nobody: give the portal a router of its own, whose service is the host`,
            );
        }
      }
    },
  },
  {
    id: "traefik-tcp-router",
    severity: "error",
    check(config, report) {
      const gated = new Set(config.routers.filter(isGated).flatMap(({ authorities }) => authorities.map(portless)));
      const hosts = new Set(config.routers.filter(isGated).flatMap(({ entry }) => namesIn(entry, "Host")));
      for (const router of config.tcpRouters) {
        const host = namesIn(router, "HostSNI").find((name) => hosts.has(name));
        if (host !== undefined) {
          report(
            router.get("rule").place(),
            `the TCP router ${router.key} takes the connections to ${host} before any HTTP router, and its gate, sees them: remove it`,
          );
          continue;
        }
        const service = router.get("service");
        const shared = authoritiesOf(config.tcpServices.find(service.text ?? "", router)).find((authority) =>
          gated.has(portless(authority)),
        );
        if (shared !== undefined)
          report(
            service.place(),
            `the TCP router ${router.key} reaches ${shared}, which others reach through the gate only: remove it`,
          );
      }
    },
  },
  {
    id: "traefik-error-page",
    severity: "error",
    check(config, report) {
      const backends = new Set(config.routers.filter(isGated).flatMap(({ authorities }) => authorities));
      const reported = new Set<unknown>();
      for (const { middlewares } of config.routers) {
        const gate = middlewares.findIndex(({ isGate }) => isGate);
        for (const { entry, kind } of middlewares.slice(0, Math.max(gate, 0))) {
          const errors = entry?.get("errors");
          if (kind !== "errors" || !errors || reported.has(entry!.value)) continue;
          const service = config.services.find(errors.get("service").text ?? "", errors);
          const isBackend = authoritiesOf(service).some((authority) => backends.has(authority));
          if (!isBackend || !errors.get("status").texts().some(isOfRefusals)) continue;
          reported.add(entry!.value);
          report(
            errors.place(),
            "a refusal of the gate is answered with a page of the backend, which nobody has decided about: leave 401, 403 and 5xx out of status, or move it behind the gate",
          );
        }
      }
    },
  },
  {
    id: "traefik-exposed-by-default",
    severity: "warning",
    check(config, report) {
      const everywhere = [...config.entryPoints.values()].some(
        (point) => point.get("http", "middlewares").list().length > 0,
      );
      for (const root of config.roots)
        for (const name of ["docker", "swarm", "consulCatalog", "ecs", "nomad"]) {
          const provider = root.get("providers", name);
          if (provider.written && !everywhere && !provider.get("exposedByDefault").isFalse)
            report(
              provider.place(),
              "every container gets a router without the gate unless it says otherwise: set exposedByDefault: false, or give the entry point the gate",
            );
        }
    },
  },
  {
    id: "traefik-plugin-missing",
    severity: "error",
    check: wherever(
      (config) =>
        config.entryPoints.size === 0
          ? []
          : plugins(config).filter(({ key }) => !config.loadedPlugins.has(key.toLowerCase())),
      ({ key }) => `no plugin ${key} is loaded, so its routers do not exist: add it to experimental.localPlugins`,
    ),
  },
  {
    id: "traefik-plugin-mount",
    severity: "error",
    check(config, report) {
      for (const plugin of plugins(config)) {
        const loaded = config.loadedPlugins.get(plugin.key.toLowerCase());
        const file = plugin.get("bundle_file");
        if (!loaded || file.text === undefined) continue;
        const mounts = loaded.get("settings", "mounts");
        if (!mounts.texts().some((mount) => holds(folderSeen(mount), file.text!)))
          report(
            mounts.exists ? mounts.place() : loaded.place(),
            `no folder is mounted where the plugin looks for ${file.text}, so it lets nobody in: add "/run/zerohop:${dirname(file.text)}:ro" to settings.mounts`,
          );
        const folder = plugin.get("renewals").text;
        if (folder === undefined) continue;
        const mount = mounts.texts().find((one) => holds(folderSeen(one), `${folder}/`));
        if (mount === undefined || mount.endsWith(":ro"))
          report(
            mounts.exists ? mounts.place() : loaded.place(),
            mount === undefined
              ? `no folder is mounted where the plugin notes sessions to be renewed, ${folder}, so it lets nobody in: add "/run/zerohop/renewals:${folder}" to settings.mounts`
              : `the plugin can't write to ${folder}, so sessions end with their leases: leave the :ro of ${mount} out`,
          );
      }
    },
  },
  {
    id: "traefik-plugin-root-key",
    severity: "error",
    check: wherever(
      (config) =>
        plugins(config)
          .filter((plugin) => plugin.get("root_keys").list().length === 0)
          .map((plugin) => plugin.get("bundle_file"))
          .filter(({ written }) => written),
      "whoever can write the bundle file could decide who gets in, so the plugin takes none without root_keys: copy them from `zerohop gate config --traefik`",
    ),
  },
  {
    id: "traefik-path-before-gate",
    severity: "warning",
    check(config, report) {
      for (const { entry, middlewares } of config.routers) {
        const gate = middlewares.findIndex(({ isGate }) => isGate);
        const before = middlewares.slice(0, Math.max(gate, 0)).find(({ kind }) => rewriting.has(kind));
        if (before)
          report(
            entry.get("middlewares").place(),
            `${before.name} changes the path before the gate sees it, so rules and the way back from the portal miss: move it behind the gate`,
          );
      }
    },
  },
];

/** Routers that hand on what nothing in view has decided about. */
function ungated(config: TraefikConfig): Router[] {
  return config.routers.filter(
    (router) =>
      !isGated(router) &&
      !leadsToHost(config, router) &&
      !redirects(router) &&
      !router.isParent &&
      !/^(noop|ping|acme-http)@internal$/.test(router.service),
  );
}

/** Where a plugin sees the folder of a mount: `OUTSIDE:INSIDE`, or one path for both, each with `:ro` or without. */
function folderSeen(mount: string): string {
  return mount.replace(/:ro$/, "").split(":").at(-1)!.replace(/\/+$/, "");
}

function holds(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`);
}

/** Whether a status or a range of them (`400-499`) has one by which a gate refuses, or says that it cannot tell. */
function isOfRefusals(range: string): boolean {
  const [first = Number.NaN, last = first] = range.split("-").map(Number);
  return [401, 403, 500, 502, 503, 504].some((status) => first <= status && status <= last);
}

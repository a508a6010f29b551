// What in a Compose file opens a way around the gate that Traefik has. What the labels themselves say is for the rules of Traefik.
import { isLoopback } from "../address.ts";
import type { Rule } from "../rule.ts";
import type { Router, TraefikConfig } from "../traefik/config.ts";
import { isGated, leadsToHost } from "../traefik/queries.ts";
import type { Project } from "./project.ts";
import { type Container, isTraefik } from "./traefik.ts";

export interface ComposeConfig {
  readonly project: Project;
  readonly containers: readonly Container[];
  readonly traefik: TraefikConfig;
}

export const composeRules: readonly Rule<ComposeConfig>[] = [
  {
    id: "compose-published-port",
    severity: "error",
    check(config, report) {
      const guarded = new Set(
        config.traefik.routers.filter((router) => isGuarded(config, router)).map(({ entry }) => entry.document),
      );
      const reached = config.containers.filter(({ service, tree }) => !isTraefik(service) && guarded.has(tree));
      for (const { service, port } of reached) {
        const around = `reaches ${service.name} past Traefik, and sends it any Remote-User`;
        for (const { entry, target, address } of service.ports)
          if (!(address !== "" && isLoopback(address)) && (target === undefined || target === port))
            report(
              entry.place("value"),
              `whoever reaches this machine's port ${around}: remove it, or publish it on 127.0.0.1`,
            );
        if (service.usesHostNetwork)
          report(
            service.entry.get("network_mode").place(),
            `on the network of this machine whoever reaches its port ${around}: remove network_mode: host, or let a firewall keep the port`,
          );
      }
    },
  },
  {
    id: "compose-docker-socket",
    severity: "warning",
    check({ project, containers }, report) {
      const routed = new Set(containers.filter(({ isRouted }) => isRouted).map(({ service }) => service));
      for (const service of project.services.filter((one) => routed.has(one) || isTraefik(one)))
        for (const { entry, source } of service.mounts.filter(({ source }) => /(docker|podman)\.sock$/.test(source)))
          report(
            entry.place("value"),
            `whoever breaks into ${service.name} is root of this machine by ${source}, read-only or not: put a proxy between that answers GET for containers only`,
          );
    },
  },
];

/** Whether a router's requests come through a gate, or go to the host itself. */
function isGuarded({ traefik }: ComposeConfig, router: Router): boolean {
  return isGated(router) || leadsToHost(traefik, router) || router.middlewares.some(({ entry }) => !entry);
}

// What in a Compose file opens a way around the gate that Traefik has. What the labels themselves say is for the rules of Traefik.
import { isLoopback } from "../address.ts";
import type { Rule } from "../rule.ts";
import type { TraefikConfig } from "../traefik/config.ts";
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
      for (const { service, port } of config.containers.filter((container) => isProtected(config, container))) {
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

/** Whether requests come to a container through a gate, or it is the host itself. */
function isProtected({ traefik }: ComposeConfig, { tree, service }: Container): boolean {
  return (
    !isTraefik(service) &&
    traefik.routers.some(
      (router) =>
        router.entry.document === tree &&
        (isGated(router) || leadsToHost(traefik, router) || router.middlewares.some(({ entry }) => !entry)),
    )
  );
}

// What Traefik makes of the containers of a Compose file: the configuration in their labels, its own options, and mounted files.

import { dirname, isAbsolute } from "node:path";
import { join } from "node:path/posix";
import { originOf } from "../address.ts";
import { Entry } from "../entry.ts";
import { PlacedTree } from "../placed-tree.ts";
import type { Source } from "../traefik/config.ts";
import { putWord } from "../traefik/labels.ts";
import type { Project, Service, Setting } from "./project.ts";

/** A container's part of the configuration. */
export interface Container {
  readonly service: Service;
  readonly tree: PlacedTree;
  /** Whether it has labels for Traefik, but for those that keep it out. */
  readonly isRouted: boolean;
  /** Its port that Traefik sends requests to, if the file shows it. */
  readonly port: number | undefined;
}

export function isTraefik({ image, command }: Service): boolean {
  return /(^|\/)traefik(:|@|$)/.test(image) || command.some(({ text }) => /^--(entrypoints|providers)\./i.test(text));
}

/** Takes the labels of all containers in. Each container's service is named after it where its labels name none. */
export function containersOf(project: Project): Container[] {
  const asked = new Map(
    project.services
      .flatMap(({ labels }) =>
        labels.filter(({ name }) => /forwardauth\.address$/i.test(name)).flatMap(({ value }) => originOf(value) ?? []),
      )
      .map((origin) => [origin.host, origin] as const),
  );
  return project.services.map((service) => {
    const tree = new PlacedTree(project.file, service.entry);
    const own = service.labels.filter(({ name }) => /^traefik\./i.test(name));
    const enabled = own.find(({ name }) => /^traefik\.enable$/i.test(name));
    for (const { name, value, entry } of own) putWord(tree, name.split(".").slice(1), value, entry);
    const port = portOf(service, own);
    const isRouted = own.length > 0 && enabled?.value.toLowerCase() !== "false";
    if (isRouted) {
      const portal = service.hosts.map((host) => asked.get(host)).find(Boolean);
      const url = portal ? `${portal.scheme}://${portal.authority}` : `http://${service.hosts[0]}:${port ?? 80}`;
      complete(tree, service, url, enabled);
    }
    return { service, tree, isRouted, port };
  });
}

/** Adds what Traefik takes for granted where labels do not say it. */
function complete(tree: PlacedTree, { name, entry }: Service, url: string, enabled: Setting | undefined): void {
  const below = (...path: readonly string[]) =>
    Entry.root(tree, (a, b) => a === b)
      .get(...path)
      .entries();
  const labelled = below("http", "services").map(({ key }) => key);
  const isHttp =
    labelled.length > 0 ||
    ["tcp", "udp"].every((kind) => below(kind).length === 0) ||
    below("http", "middlewares").length > 0;
  const services = labelled.length > 0 ? labelled : [name.toLowerCase()];
  for (const service of services)
    putWord(tree, ["http", "services", service, "loadbalancer", "servers[0]", "url"], url, entry);
  const routers = below("http", "routers");
  // Whoever is enabled and names no router gets one, for a Host that anybody can send (`defaultRule`).
  if (routers.length === 0 && enabled && isHttp)
    putWord(tree, ["http", "routers", name, "service"], services[0], enabled.entry);
  for (const router of routers)
    if (!router.get("service").exists && services.length === 1)
      putWord(tree, ["http", "routers", router.key, "service"], services[0], router);
}

/** The options of a Traefik in the project, and where the files are on this machine that it has mounted. */
export function optionsOf(
  service: Service,
  file: string,
): { readonly tree: PlacedTree; outside(name: string): string } {
  const tree = new PlacedTree(file, service.entry);
  for (const { text, entry } of service.command) {
    const [, name, value] = /^--([\w.[\]-]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (name !== undefined) putWord(tree, name.split("."), value, entry);
  }
  for (const { name, value, entry } of service.environment)
    if (/^TRAEFIK_/i.test(name)) putWord(tree, name.split("_").slice(1), value, entry);
  const outside = (name: string) => {
    const mount = service.mounts
      .filter(({ target }) => name === target || name.startsWith(`${target.replace(/\/$/, "")}/`))
      .sort((a, b) => b.target.length - a.target.length)[0];
    if (!mount) return name;
    const source = isAbsolute(mount.source) ? mount.source : join(dirname(file), mount.source);
    return join(source, name.slice(mount.target.length));
  };
  return { tree, outside };
}

/** Where Traefik looks for its static configuration, unless told otherwise. */
export const staticFiles = ["yml", "yaml", "toml"].map((ending) => `/etc/traefik/traefik.${ending}`);

export function sourcesOf(containers: readonly Container[]): Source[] {
  return containers
    .filter(({ isRouted }) => isRouted)
    .map(({ tree, service }) => ({ document: tree, provider: service.isSwarm ? "swarm" : "docker" }));
}

/** The port in a label; without one Traefik takes the lowest that the container exposes. */
function portOf({ ports }: Service, labels: readonly Setting[]): number | undefined {
  const told = labels.flatMap(({ name, value }) =>
    /loadbalancer\.server\.port$/i.test(name) ? Number(value) || [] : [],
  )[0];
  if (told !== undefined) return told;
  const lowest = Math.min(...ports.flatMap(({ target }) => target ?? []));
  return Number.isFinite(lowest) ? lowest : undefined;
}

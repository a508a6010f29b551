// Compose files: containers whose labels are Traefik's configuration, and Traefik itself among them.
import { basename, dirname, join, resolve } from "node:path";
import { isMapping, type TreeDocument } from "../entry.ts";
import { isFile, readText } from "../included-files.ts";
import { ConfigurationFile, documentsOf, type Kind, mappedName, notUnderstood } from "../kind.ts";
import { applyRules, unknown } from "../rule.ts";
import { dynamicFilesOf, readTraefikConfig, type Source } from "../traefik/config.ts";
import { withoutRouters } from "../traefik/kind.ts";
import { traefikRules } from "../traefik/rules.ts";
import { readProject, type Service } from "./project.ts";
import { composeRules } from "./rules.ts";
import { containersOf, isTraefik, optionsOf, sourcesOf, staticFiles } from "./traefik.ts";

export const compose: Kind = {
  ruleIds: composeRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isCompose),

  middlewaresFor: (source) => sourcesOf(containersOf(readProject([source]))),

  lint(source, beside) {
    const { file, documents, roots } = source;
    if (!documents.some(({ value }) => isCompose(value)))
      throw notUnderstood(file, "services with an image or labels in it");
    const project = readProject([source, ...layersOver(source, beside.files)]);
    const texts = new Map(project.texts);
    const read = (name: string): readonly TreeDocument[] => {
      const content = readText(name);
      texts.set(name, content);
      return documentsOf(name, content);
    };
    const containers = containersOf(project);
    const labels = sourcesOf(containers);
    const options = project.services.filter(isTraefik).flatMap((service): Source[] => {
      const { tree, outside } = optionsOf(service, file);
      const inside = (name: string) => mappedName(roots, name) ?? outside(name);
      const files = staticFiles.map(inside).filter(isFile).flatMap(read);
      return [tree, ...files].map((document) => ({ document, provider: "file", inside }));
    });
    if (labels.length === 0 && options.length === 0)
      throw notUnderstood(
        file,
        `service with labels for Traefik in it, which alone are read of a Compose file; ${insteadOf(project.services, file)}`,
      );
    const dynamic = options.flatMap(dynamicFilesOf).flatMap(read);
    const near = new Set(
      project.spansMachines ? [] : project.services.flatMap(({ hosts, isSwarm }) => (isSwarm ? [] : hosts)),
    );
    const traefik = readTraefikConfig(
      [...labels, ...options, ...dynamic.map((document) => ({ document, provider: "file" }))],
      beside.site,
      (host) => near.has(host),
      beside.middlewares(),
    );
    return {
      findings: [
        ...applyRules(traefikRules, traefik),
        ...applyRules(composeRules, { project, containers, traefik }),
        ...withoutRouters(file, traefik),
        ...project.missing.map((named) =>
          unknown(named.place("value"), `${named.text} is not on this machine, so nothing is known about its services`),
        ),
      ],
      texts,
      partlyRead: project.partlyRead,
    };
  },
};

/** Where images look for the configuration of the proxy in them. */
const proxyFiles = [
  "/etc/nginx/nginx.conf",
  "/etc/caddy/Caddyfile",
  "/usr/local/etc/haproxy/haproxy.cfg",
  "/etc/haproxy/haproxy.cfg",
  "/etc/envoy/envoy.yaml",
  "/etc/envoy/ext-authz.yaml",
];

/** Which file to lint in the place of one that only starts a proxy. */
function insteadOf(services: readonly Service[], file: string): string {
  const mounted = services.flatMap((service) => {
    const { outside } = optionsOf(service, file);
    const inside = proxyFiles.find((name) => outside(name) !== name && isFile(outside(name)));
    return inside === undefined ? [] : [{ inside, name: outside(inside), service: service.name }];
  });
  const [first] = mounted;
  if (!first)
    return "run zerohop lint on the proxy's own configuration: nginx.conf, haproxy.cfg, a Caddyfile or envoy.yaml";
  const root = `${dirname(first.inside)}=${dirname(first.name)}`;
  return `the service ${first.service} mounts the configuration of a proxy: zerohop lint --root ${root} ${first.name}`;
}

/**
 * What Compose lays over a file: the override beside it, where both have the default names, and those of its folder in the same run
 * that can only be laid over another, for a service in them has neither an image nor anything to build one of.
 */
function layersOver(source: ConfigurationFile, others: readonly ConfigurationFile[]): ConfigurationFile[] {
  const folder = dirname(resolve(source.file));
  const names = /^(docker-)?compose\.ya?ml$/.test(basename(source.file)) ? ["compose", "docker-compose"] : [];
  if (names.length === 0 && bareServices(source).length > 0) return [];
  const isOver = (other: ConfigurationFile) =>
    dirname(resolve(other.file)) === folder && bareServices(other).some((name) => servicesIn(source).includes(name));
  const override = names
    .flatMap((name) => [join(folder, `${name}.override.yml`), join(folder, `${name}.override.yaml`)])
    .filter(isFile)
    .slice(0, 1);
  const isOverride = ({ file }: ConfigurationFile) => override.includes(resolve(file));
  return [
    ...others.filter((other) => isOver(other) && !isOverride(other)),
    ...override.map((name) => others.find(isOverride) ?? new ConfigurationFile(name, readText(name))),
  ];
}

/** The services that are none by themselves: Compose starts nothing without an image, or what to build one of. */
function bareServices(source: ConfigurationFile): string[] {
  return servicesIn(source, (service) => !["image", "build", "extends"].some((key) => service[key] !== undefined));
}

function servicesIn(
  source: ConfigurationFile,
  holds: (service: Record<string, unknown>) => boolean = () => true,
): string[] {
  return documentsIn(source)
    .filter(({ value }) => isCompose(value))
    .flatMap(({ value }) => Object.entries((value as { services: object }).services))
    .flatMap(([name, service]) => (isMapping(service) && holds(service) ? name : []));
}

/** The documents of a file that may be no tree at all. */
function documentsIn(source: ConfigurationFile): readonly TreeDocument[] {
  return source.someDocument(() => true) ? source.documents : [];
}

const serviceKeys = [
  "image",
  "build",
  "labels",
  "extends",
  "deploy",
  "ports",
  "volumes",
  "environment",
  "networks",
  "command",
];

/** Whether a document has services as Compose has them; those of Traefik's dynamic configuration are elsewhere. */
function isCompose(value: unknown): boolean {
  return (
    isMapping(value) &&
    isMapping(value.services) &&
    Object.values(value.services).some(
      (service) => isMapping(service) && serviceKeys.some((key) => service[key] !== undefined),
    )
  );
}

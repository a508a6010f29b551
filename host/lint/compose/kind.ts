// Compose files: containers whose labels are Traefik's configuration, and Traefik itself among them.
import { basename, dirname, join } from "node:path";
import { isMapping, type TreeDocument } from "../entry.ts";
import { isFile, readText } from "../included-files.ts";
import { documentsOf, type Kind, mappedName, notUnderstood } from "../kind.ts";
import { applyRules, unknown } from "../rule.ts";
import { dynamicFilesOf, readTraefikConfig, type Source } from "../traefik/config.ts";
import { withoutRouters } from "../traefik/kind.ts";
import { traefikRules } from "../traefik/rules.ts";
import { readProject } from "./project.ts";
import { composeRules } from "./rules.ts";
import { containersOf, isTraefik, optionsOf, sourcesOf, staticFiles } from "./traefik.ts";

export const compose: Kind = {
  ruleIds: composeRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isCompose),

  lint({ file, text, documents, roots }) {
    const document = documents.find(({ value }) => isCompose(value));
    if (!document) throw notUnderstood(file, "services with an image or labels in it");
    const project = readProject(document, text);
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
      throw notUnderstood(file, "service with labels for Traefik in it, which alone are read of a Compose file");
    const dynamic = options.flatMap(dynamicFilesOf).flatMap(read);
    const near = new Set(
      project.spansMachines ? [] : project.services.flatMap(({ hosts, isSwarm }) => (isSwarm ? [] : hosts)),
    );
    const traefik = readTraefikConfig(
      [...labels, ...options, ...dynamic.map((document) => ({ document, provider: "file" }))],
      (host) => near.has(host),
    );
    return {
      findings: [
        ...applyRules(traefikRules, traefik),
        ...applyRules(composeRules, { project, containers, traefik }),
        ...withoutRouters(file, traefik),
        ...overridesOf(file).map((name) =>
          unknown(
            { file, line: 1, column: 1 },
            `Compose lays ${name} over this, which may open or close what is found here: lint what docker compose config prints`,
          ),
        ),
        ...project.missing.map((named) =>
          unknown(named.place("value"), `${named.text} is not on this machine, so nothing is known about its services`),
        ),
      ],
      texts,
      partlyRead: project.partlyRead,
    };
  },
};

/** The file that Compose reads with one of its default names, where it is beside it. */
function overridesOf(file: string): string[] {
  if (!/^(docker-)?compose\.ya?ml$/.test(basename(file))) return [];
  return ["compose", "docker-compose"]
    .flatMap((name) => [join(dirname(file), `${name}.override.yml`), join(dirname(file), `${name}.override.yaml`)])
    .filter(isFile)
    .slice(0, 1);
}

/** Whether a document has services as Compose has them; those of Traefik's dynamic configuration are elsewhere. */
function isCompose(value: unknown): boolean {
  return (
    isMapping(value) &&
    isMapping(value.services) &&
    Object.values(value.services).some(
      (service) =>
        isMapping(service) &&
        ["image", "build", "labels", "extends", "deploy"].some((key) => service[key] !== undefined),
    )
  );
}

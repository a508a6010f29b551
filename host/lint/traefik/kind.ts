// Traefik's configuration, static and dynamic.
import { isMapping } from "../entry.ts";
import { readText } from "../included-files.ts";
import { documentsOf, type Kind, mappedName, notUnderstood } from "../kind.ts";
import { applyRules, type Finding, unknown } from "../rule.ts";
import { dynamicFilesOf, readTraefikConfig, type Source, type TraefikConfig } from "./config.ts";
import { traefikRules } from "./rules.ts";

/** Top-level keys that only Traefik's configuration has. */
const keys = /^(http|tcp|udp|tls|entrypoints|providers|api|experimental|certificatesresolvers|serverstransport)$/i;

export const traefik: Kind = {
  ruleIds: traefikRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isTraefik),

  middlewaresFor: ({ documents }) => documents.map((document) => ({ document, provider: "file" })),

  lint({ file, text, documents, roots }, beside) {
    const texts = new Map([[file, text]]);
    if (!documents.some(({ value }) => isTraefik(value)))
      throw notUnderstood(file, "http, tcp, entryPoints or other section of Traefik in it");
    const inside = (name: string) => mappedName(roots, name) ?? name;
    const given = documents.map((document): Source => ({ document, provider: "file", inside }));
    const others = given.flatMap(dynamicFilesOf).flatMap((name) => {
      const content = readText(name);
      texts.set(name, content);
      return documentsOf(name, content).map((document) => ({ document, provider: "file" }));
    });
    const config = readTraefikConfig([...given, ...others], beside.site, undefined, beside.middlewares());
    return { findings: [...applyRules(traefikRules, config), ...withoutRouters(file, config)], texts };
  },
};

/** Without a router nothing shows how requests come in. */
export function withoutRouters(file: string, { routers, tcpRouters, missingFiles }: TraefikConfig): Finding[] {
  if (routers.length > 0 || tcpRouters.length > 0 || missingFiles.length > 0) return [];
  const message =
    "there is no router in it, so nothing is known about the requests that come in: run zerohop lint on the static configuration that names the files with routers, or on the Compose file with their labels";
  return [unknown({ file, line: 1, column: 1 }, message)];
}

function isTraefik(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).some((key) => keys.test(key));
}

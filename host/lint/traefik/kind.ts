// Traefik's configuration, static and dynamic.
import { isMapping } from "../entry.ts";
import { readText } from "../included-files.ts";
import { documentsOf, type Kind, notUnderstood } from "../kind.ts";
import { applyRules } from "../rule.ts";
import { dynamicFilesOf, readTraefikConfig } from "./config.ts";
import { traefikRules } from "./rules.ts";

/** Top-level keys that only Traefik's configuration has. */
const keys = /^(http|tcp|udp|tls|entrypoints|providers|api|experimental|certificatesresolvers|serverstransport)$/i;

export const traefik: Kind = {
  ruleIds: traefikRules.map(({ id }) => id),

  isLike: (source) => source.someDocument(isTraefik),

  lint({ file, text, documents }) {
    const texts = new Map([[file, text]]);
    if (!documents.some(({ value }) => isTraefik(value)))
      throw notUnderstood(file, "http, tcp, entryPoints or other section of Traefik in it");
    const others = documents.flatMap(dynamicFilesOf).flatMap((name) => {
      const content = readText(name);
      texts.set(name, content);
      return documentsOf(name, content);
    });
    const sources = [...documents, ...others].map((document) => ({ document, provider: "file" }));
    return { findings: applyRules(traefikRules, readTraefikConfig(sources)), texts };
  },
};

function isTraefik(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).some((key) => keys.test(key));
}

// Reads a proxy's configuration and names what opens a way around the gate: `zerohop lint`.
import { withoutAllowed } from "./allow.ts";
import { caddy } from "./caddy/kind.ts";
import { compose } from "./compose/kind.ts";
import { envoy } from "./envoy/kind.ts";
import { haproxy } from "./haproxy/kind.ts";
import { readText } from "./included-files.ts";
import { ConfigurationFile, type Kind, type Root, refusal } from "./kind.ts";
import { kubernetes } from "./kubernetes/kind.ts";
import { nginx } from "./nginx/kind.ts";
import { type Finding, oncePerPlace } from "./rule.ts";
import { traefik } from "./traefik/kind.ts";

export const proxyTypes = ["envoy", "nginx", "haproxy", "caddy", "traefik", "compose", "kubernetes"] as const;
export type ProxyType = (typeof proxyTypes)[number];

const kinds: Readonly<Record<ProxyType, Kind>> = { envoy, nginx, haproxy, caddy, traefik, compose, kubernetes };

/** In this order a file is asked what it is: what is told more surely comes first. */
const tellingOrder = [
  "kubernetes",
  "compose",
  "envoy",
  "traefik",
  "haproxy",
  "caddy",
  "nginx",
] as const satisfies readonly ProxyType[];

export interface LintResult {
  readonly type: ProxyType;
  /** In the order of the files and lines. */
  readonly findings: readonly Finding[];
  /** The files that were looked at whole: the one that was given, and what it includes. */
  readonly files: readonly string[];
}

/** The id of every rule; docs/lint.md has a paragraph for each. */
export const ruleIds: readonly string[] = [
  ...proxyTypes.flatMap((type) => kinds[type].ruleIds),
  "lint-allow",
  "lint-not-understood",
];

/**
 * Lints a file and those it refers to: nginx's includes, the dynamic configuration that Traefik's static one names.
 * Without a type the content tells. Throws InvalidFileError when the file cannot be read, or nothing of it is understood.
 */
export function lintFile(file: string, type?: ProxyType, roots: readonly Root[] = []): LintResult {
  const source = new ConfigurationFile(file, readText(file), roots);
  const told = tellingOrder.find((name) => kinds[name].isLike(source));
  const found = type ?? told ?? untold(source);
  // What is plainly another proxy's is not read as this one's, whose reader may take it for something else.
  if (told !== undefined && told !== found && !kinds[found].isLike(source))
    throw refusal(
      file,
      `nothing of this was understood: there is a configuration of ${told} in it, and none of ${found}`,
    );
  const { findings, texts, partlyRead } = kinds[found].lint(source);
  const files = [...texts.keys()];
  return {
    type: found,
    files: files.filter((name) => !partlyRead?.has(name)),
    findings: oncePerPlace(withoutAllowed(findings, texts)).sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    ),
  };
}

function untold(source: ConfigurationFile): never {
  // What is wrong with the syntax is more of a help, where the name says which that is.
  if (/\.(ya?ml|json|toml)$/.test(source.file)) void source.documents;
  throw refusal(
    source.file,
    source.text.trim() === ""
      ? "nothing of this was understood: it is empty"
      : "is no configuration of Envoy, nginx, HAProxy, Caddy or Traefik, no Compose file and no Kubernetes object that can be told by its content; say which with --type",
  );
}

// Reads a proxy's configuration and names what opens a way around the gate: `zerohop lint`.
import { resolve } from "node:path";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { withoutAllowed } from "./allow.ts";
import { caddy } from "./caddy/kind.ts";
import { compose } from "./compose/kind.ts";
import { envoy } from "./envoy/kind.ts";
import { haproxy } from "./haproxy/kind.ts";
import { readText } from "./included-files.ts";
import { type Beside, ConfigurationFile, type Kind, type NamedPart, type Root, refusal } from "./kind.ts";
import { kubernetes } from "./kubernetes/kind.ts";
import { nginx } from "./nginx/kind.ts";
import { type Finding, oncePerPlace } from "./rule.ts";
import { anySite, type Site } from "./site.ts";
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
 * Lints files that are given together, each with those it refers to (nginx's includes, the dynamic configuration that Traefik's static one
 * names) and what it takes from the others. Without a type the content tells. For one that cannot be read, or of which nothing is understood,
 * why not.
 */
export function lintFiles(
  files: readonly string[],
  type?: ProxyType,
  roots: readonly Root[] = [],
  siteOf: (file: string) => Site = () => anySite,
): readonly (LintResult | InvalidFileError)[] {
  const sources = files.map((file) => orMistake(() => new ConfigurationFile(file, readText(file), roots)));
  const read = sources.filter((source): source is ConfigurationFile => !(source instanceof InvalidFileError));
  const parts = new Map<ConfigurationFile, readonly NamedPart[]>();
  const middlewaresOf = (source: ConfigurationFile) => {
    const known = parts.get(source) ?? middlewaresIn(source);
    parts.set(source, known);
    return known;
  };
  const besides = (source: ConfigurationFile): Beside => {
    const others = read.filter((other) => resolve(other.file) !== resolve(source.file));
    return { site: siteOf(source.file), files: others, middlewares: () => others.flatMap(middlewaresOf) };
  };
  return sources.map((source) =>
    source instanceof InvalidFileError ? source : orMistake(() => lintSource(source, type, besides(source))),
  );
}

function orMistake<Result>(act: () => Result): Result | InvalidFileError {
  try {
    return act();
  } catch (error) {
    if (error instanceof InvalidFileError) return error;
    throw error;
  }
}

/** What the routers of other files can name of one; nothing of one that cannot be read, which is told by itself. */
function middlewaresIn(source: ConfigurationFile): readonly NamedPart[] {
  const kind = kindOf(source);
  const parts = orMistake(() => (kind && kinds[kind].middlewaresFor?.(source)) ?? []);
  return parts instanceof InvalidFileError ? [] : parts;
}

function kindOf(source: ConfigurationFile): ProxyType | undefined {
  return tellingOrder.find((name) => kinds[name].isLike(source));
}

function lintSource(source: ConfigurationFile, type: ProxyType | undefined, beside: Beside): LintResult {
  const { file } = source;
  const recognized = kindOf(source);
  const found = type ?? recognized ?? untold(source);
  // What is plainly another proxy's is not read as this one's, whose reader may take it for something else.
  if (recognized !== undefined && recognized !== found && !kinds[found].isLike(source))
    throw refusal(
      file,
      `nothing of this was understood: there is a configuration of ${recognized} in it, and none of ${found}`,
    );
  const { findings, texts, partlyRead } = kinds[found].lint(source, beside);
  const files = [...texts.keys()];
  const left = withoutAllowed(
    findings.filter(({ file: name }) => texts.has(name)),
    texts,
  );
  return {
    type: found,
    files: files.filter((name) => !partlyRead?.has(name)),
    // What is wrong in another file is found when that one is looked at.
    findings: oncePerPlace(needlessOnly(left, source, type, beside)).sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    ),
  };
}

/** Leaves out that a comment has nothing to allow where it has without the host's configuration, which not everybody has at hand. */
function needlessOnly(
  findings: readonly Finding[],
  source: ConfigurationFile,
  type: ProxyType | undefined,
  beside: Beside,
): readonly Finding[] {
  const isNeedless = ({ rule }: Finding) => rule === "lint-allow";
  if (beside.site === anySite || !findings.some(isNeedless)) return findings;
  const without = lintSource(source, type, { ...beside, site: anySite }).findings.filter(isNeedless);
  return findings.filter(
    (finding) =>
      !isNeedless(finding) || without.some(({ file, line }) => file === finding.file && line === finding.line),
  );
}

function untold(source: ConfigurationFile): never {
  // What is wrong with the syntax is more of a help, where the name says which that is.
  if (/\.(ya?ml|json|toml)$/.test(source.file)) void source.documents;
  if (/^\s*(<(VirtualHost|Location|Directory|IfModule)\b|(LoadModule|SSLEngine|ProxyPass)\s)/im.test(source.text))
    throw refusal(
      source.file,
      "nothing of this was understood: it is Apache's, which is not read; compare it with deploy/apache, as docs/more-proxies.md says",
    );
  throw refusal(
    source.file,
    source.text.trim() === ""
      ? "nothing of this was understood: it is empty"
      : "is no configuration of Envoy, nginx, HAProxy, Caddy or Traefik, no Compose file and no Kubernetes object that can be told by its content; say which with --type",
  );
}

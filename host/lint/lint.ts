// Reads a proxy's configuration and names what opens a way around the gate: `zerohop lint`.
import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { YamlDocument } from "../kit/yaml/document.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { withoutAllowed } from "./allow.ts";
import { readCaddyConfig } from "./caddy/config.ts";
import { readWithImports } from "./caddy/import.ts";
import { caddyRules } from "./caddy/rules.ts";
import { isMapping, type TreeDocument } from "./entry.ts";
import { readEnvoyConfig } from "./envoy/config.ts";
import { envoyRules } from "./envoy/rules.ts";
import { readHaproxyConfig } from "./haproxy/config.ts";
import { haproxyRules } from "./haproxy/rules.ts";
import { parseHaproxy } from "./haproxy/syntax.ts";
import { readNginxConfig } from "./nginx/config.ts";
import { readWithIncludes } from "./nginx/include.ts";
import { nginxRules } from "./nginx/rules.ts";
import { parseNginx } from "./nginx/syntax.ts";
import { applyRules, type Finding } from "./rule.ts";
import { parseToml } from "./toml.ts";
import { dynamicFilesOf, readTraefikConfig } from "./traefik/config.ts";
import { traefikRules } from "./traefik/rules.ts";

export const proxyTypes = ["envoy", "nginx", "haproxy", "caddy", "traefik"] as const;
export type ProxyType = (typeof proxyTypes)[number];

export interface LintResult {
  readonly type: ProxyType;
  /** In the order of the files and lines. */
  readonly findings: readonly Finding[];
}

/** The id of every rule; docs/lint.md has a paragraph for each. */
export const ruleIds: readonly string[] = [
  ...[...envoyRules, ...nginxRules, ...haproxyRules, ...caddyRules, ...traefikRules].map(({ id }) => id),
  "lint-allow",
];

/**
 * Lints a file and those it refers to: nginx's includes, the dynamic configuration that Traefik's static one names.
 * Without a type the content tells. Throws InvalidFileError when the file cannot be read or is of no kind it knows.
 */
export function lintFile(file: string, type?: ProxyType): LintResult {
  const text = readText(file);
  const found = type ?? typeOf(file, text);
  const { findings, texts } = lintAs[found](file, text);
  const files = [...texts.keys()];
  return {
    type: found,
    findings: withoutAllowed(findings, texts).sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    ),
  };
}

interface Linted {
  readonly findings: readonly Finding[];
  /** Every file that was read. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A file that says nothing that rules are about has not been found clean; it has not been looked at. */
function notUnderstood(file: string, wanted: string): InvalidFileError {
  return refusal(file, `nothing of this was understood: there is no ${wanted} in it`);
}

const lintAs: Readonly<Record<ProxyType, (file: string, text: string) => Linted>> = {
  envoy(file, text) {
    const document = YamlDocument.parse(file, text);
    if (!isEnvoy(document.value))
      throw notUnderstood(file, "static_resources, filter_chains or other resource of Envoy");
    return { findings: applyRules(envoyRules, readEnvoyConfig(document)), texts: new Map([[file, text]]) };
  },

  nginx(file, text) {
    const config = readWithIncludes(file, text);
    if (config.mistakes.length > 0)
      throw new InvalidFileError(config.mistakes.map((mistake) => ({ ...mistake, path: "(nginx)" })));
    if (!config.directives.some(({ name }) => nginxNames.test(name)))
      throw notUnderstood(file, "http, server, location or other block of nginx");
    return { findings: applyRules(nginxRules, readNginxConfig(config)), texts: config.texts };
  },

  haproxy(file, text) {
    const syntax = parseHaproxy(file, text);
    if (syntax.mistakes.length > 0)
      throw new InvalidFileError(syntax.mistakes.map((mistake) => ({ ...mistake, path: "(haproxy)" })));
    const config = readHaproxyConfig(syntax);
    if (config.proxies.every(({ isFrontend }) => !isFrontend))
      throw notUnderstood(file, "frontend or listen section, by which requests come in");
    return { findings: applyRules(haproxyRules, config), texts: new Map([[file, text]]) };
  },

  caddy(file, text) {
    const config = readWithImports(file, text);
    if (config.mistakes.length > 0)
      throw new InvalidFileError(config.mistakes.map((mistake) => ({ ...mistake, path: "(caddy)" })));
    const read = readCaddyConfig(config);
    if (read.sites.length === 0) throw notUnderstood(file, "site, by which requests come in");
    return { findings: applyRules(caddyRules, read), texts: config.texts };
  },

  traefik(file, text) {
    const texts = new Map([[file, text]]);
    const main = parseTree(file, text);
    if (!isTraefik(main.value)) throw notUnderstood(file, "http, tcp, entryPoints or other section of Traefik");
    const others = dynamicFilesOf(main).map((name) => {
      const content = readText(name);
      texts.set(name, content);
      return parseTree(name, content);
    });
    return {
      findings: applyRules(
        traefikRules,
        readTraefikConfig([main, ...others].map((document) => ({ document, provider: "file" }))),
      ),
      texts,
    };
  },
};

/** Top-level keys that only one proxy's configuration has. */
const envoyKeys =
  /^(static_?resources|dynamic_?resources|filter_?chains|virtual_?hosts|load_?assignment|resources|configs)$/i;
const traefikKeys =
  /^(http|tcp|udp|tls|entrypoints|providers|api|experimental|certificatesresolvers|serverstransport)$/i;
const nginxNames =
  /^(events|http|stream|server|location|upstream|map|include|set|auth_request|proxy_\w+|worker_processes|listen)$/;
/** A line that begins a section, as no other proxy's file has one. */
const haproxySection = /^(global|defaults|frontend|backend|listen)([ \t]+[\w.:-]+)*[ \t]*(#.*)?$/m;
/** A line with a directive of Caddy that no other proxy has. */
const caddyDirective = /^[ \t]*(reverse_proxy|forward_auth|handle_path|php_fastcgi)[ \t][^;\n]*$/m;

function isEnvoy(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const isMarked = typeof value["@type"] === "string" && value["@type"].includes("envoy.");
  return isMarked || Object.keys(value).some((key) => envoyKeys.test(key));
}

function isTraefik(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).some((key) => traefikKeys.test(key));
}

function typeOf(file: string, text: string): ProxyType {
  let invalid: InvalidFileError | undefined;
  try {
    const { value } = parseTree(file, text);
    if (isEnvoy(value)) return "envoy";
    if (isTraefik(value)) return "traefik";
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    invalid = error;
  }
  if (haproxySection.test(text)) return "haproxy";
  if (/(^|\.)caddyfile(\.|$)/i.test(basename(file)) || caddyDirective.test(text)) return "caddy";
  const { directives, mistakes } = parseNginx(file, text);
  const looksLikeNginx = directives.some(({ name }) => nginxNames.test(name));
  if (looksLikeNginx && (mistakes.length === 0 || extname(file) === ".conf")) return "nginx";
  if (invalid && /\.(ya?ml|json|toml)$/.test(file)) throw invalid;
  throw refusal(
    file,
    "is no configuration of Envoy, nginx, HAProxy, Caddy or Traefik that can be told by its content; say which with --type",
  );
}

function parseTree(file: string, text: string): TreeDocument {
  return extname(file) === ".toml" ? parseToml(file, text) : YamlDocument.parse(file, text);
}

/** More than any configuration that people write. Bytes. */
const sizeLimit = 8 * 1024 * 1024;

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refusal(file, `cannot be read: ${code === "ENOENT" ? "there is no such file" : String(code)}`);
  }
  if (bytes.length > sizeLimit) throw refusal(file, `is larger than ${sizeLimit / 1024 / 1024} MiB`);
  return bytes.toString("utf8");
}

function refusal(file: string, message: string): InvalidFileError {
  return new InvalidFileError([{ file, line: 1, column: 1, path: "(file)", message }]);
}

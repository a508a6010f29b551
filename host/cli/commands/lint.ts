// Looks in a proxy's configuration for ways around the gate. Exit code 1: there is one; 2: something could not be read or was not
// understood, so that nothing can be said about it.
import { realpathSync } from "node:fs";
import { resolve } from "node:path/posix";
import { usage } from "../../kit/errors.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import type { Root } from "../../lint/kind.ts";
import { type LintResult, lintFiles, type ProxyType, proxyTypes } from "../../lint/lint.ts";
import { documentationOf, type Finding, type Severity, unknown } from "../../lint/rule.ts";
import { anySite } from "../../lint/site.ts";
import { commandOf, flagOption, listOption, textOption } from "../command.ts";
import { hostConfigs } from "../host-config.ts";
import { type Paint, painter } from "../paint.ts";

export const command = commandOf({
  options: {
    type: textOption("PROXY", `${proxyTypes.join(", ")} (default: told by the content)`),
    root: listOption("PATH=DIR", "where a folder that the configuration names is on this machine; DIR alone is for /"),
    config: listOption(
      "FILE",
      "the host's config file, whose headers, cookie and hosts count (default: zerohop.yml beside FILE, above it or in /etc/zerohop)",
    ),
    json: flagOption("print one JSON object per finding"),
  },
  positionals: "FILE...",
  examples: [
    "zerohop lint /etc/envoy/envoy.yaml",
    "zerohop lint --config zerohop.yml --type nginx --root /etc/nginx=conf conf/nginx.conf",
    "zerohop lint --json compose.yml traefik/dynamic.yml",
  ],
  async run(args) {
    const { options, positionals } = args;
    const { config: names = [], root = [], json } = options;
    if (positionals.length === 0) throw usage("a FILE is needed");
    const type = typeOption(options.type);
    const roots = root.map(rootOption);
    const severities = new Set<Severity>();
    const paint = painter(process.stdout);
    const hostConfigOf = hostConfigs(names);
    const results = lintFiles(positionals, type, roots, (file) => {
      const site = hostConfigOf(file)?.site ?? anySite;
      return site instanceof InvalidFileError ? anySite : site;
    });
    const told = new Set<InvalidFileError>();
    const tellMistakes = (mistakes: InvalidFileError) => {
      severities.add("unknown");
      if (told.has(mistakes)) return;
      told.add(mistakes);
      if (!json) console.error(mistakes.message);
      else
        for (const { path: _, message, ...place } of mistakes.problems) console.log(jsonLine(unknown(place, message)));
    };
    const all = positionals.map((file, index) => ({ file, result: results[index]! }));
    for (const { file, result, within } of withoutIncluded(all)) {
      if (within !== undefined) {
        if (!json) console.log(`${file}: looked at as a part of ${within}`);
        continue;
      }
      if (result instanceof InvalidFileError) {
        tellMistakes(result);
        continue;
      }
      const config = hostConfigOf(file);
      // What headers, cookie and hosts are is not known then.
      if (config?.site instanceof InvalidFileError) tellMistakes(config.site);
      const { findings } = result;
      for (const finding of findings) {
        severities.add(finding.severity);
        console.log(json ? jsonLine(finding) : textLine(finding, paint));
      }
      if (!json)
        console.log(`${file}: ${result.type}, ${summary(findings)}${config ? ` (held to ${config.name})` : ""}`);
    }
    if (severities.has("unknown")) return 2;
    return severities.has("error") ? 1 : 0;
  },
});

interface Linted {
  readonly file: string;
  readonly result: LintResult | InvalidFileError;
  /** The file that includes this one. */
  readonly within?: string;
}

/** What another one includes is looked at there, where it is known what stands around it, and not a second time by itself. */
function withoutIncluded(all: readonly Linted[]): readonly Linted[] {
  const left = new Map(all.map((linted) => [linted, filesOf(linted)] as const));
  return all.map((linted) => {
    const name = realName(linted.file);
    const around = [...left].find(([other, files]) => other !== linted && files.has(name));
    if (!around) return linted;
    left.delete(linted);
    return { ...linted, within: around[0].file };
  });
}

function filesOf({ result }: Linted): ReadonlySet<string> {
  return new Set(result instanceof InvalidFileError ? [] : result.files.map(realName));
}

/** A name that links (`sites-enabled`) do not change. */
function realName(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

/** `/etc/nginx=DIR`, or `DIR` for the whole file system of a container. */
function rootOption(value: string): Root {
  const at = value.indexOf("=");
  const there = at < 0 ? "/" : value.slice(0, at);
  if (!there.startsWith("/")) throw usage(`--root is PATH=DIR with an absolute PATH, or DIR: ${value}`);
  return { there: resolve(there), here: value.slice(at + 1) };
}

function typeOption(value: string | undefined): ProxyType | undefined {
  const type = proxyTypes.find((name) => name === value);
  if (value !== undefined && !type) throw usage(`--type is one of ${proxyTypes.join(", ")}`);
  return type;
}

/** `file:line:col: rule: what is wrong, what to do`, and the paragraph of the documentation. */
function textLine({ file, line, column, rule, severity, message }: Finding, paint: Paint): string {
  const what = severity === "error" ? "" : `${paint("yellow", `${severity}:`)} `;
  const place = paint("bold", `${file}:${line}:${column}:`);
  return `${place} ${paint(severity === "error" ? "red" : "yellow", rule)}: ${what}${message} ${paint("dim", `(${documentationOf(rule)})`)}`;
}

function jsonLine(finding: Finding): string {
  return JSON.stringify({ ...finding, docs: documentationOf(finding.rule) });
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return "nothing found";
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const parts = [count(of("error"), "error"), count(of("warning"), "warning"), count(of("unknown"), "unknown")];
  return parts.filter((part) => part !== "").join(", ");
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 || noun === "unknown" ? "" : "s"}`;
}

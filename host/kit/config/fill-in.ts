// What a configuration takes from around it: any key from an environment variable, and in any value the environment (`${NAME}`) and
// files (`file:PATH`). What names a variable that is not set stays as it is written, and templates.ts refuses it.
import type { z } from "zod";
import { YamlDocument } from "../yaml/document.ts";
import { nearest } from "../yaml/nearest.ts";
import { formatPath, InvalidFileError, type Path } from "../yaml/problem.ts";
import { type Key, Mistake } from "../yaml/schema.ts";
import { isMapping, type Mapping, setAt } from "./mapping.ts";
import type { Report } from "./report.ts";
import { type Environment, environmentName, readSecretFile } from "./secrets.ts";

/** Lays the keys that are environment variables over those of the files. Secrets are read by `readSecrets`, which takes them from one place only. */
export function readEnvironment(config: Mapping, keys: readonly Key[], environment: Environment, report: Report): void {
  for (const { path, schema, variable } of variablesOf(keys)) {
    // An empty variable counts as absent: container tools cannot leave one out.
    const text = environment[variable];
    if (!text) continue;
    report.setOrigin(path, { label: `environment variable ${variable}` });
    setAt(config, path, meant(text, schema));
  }
}

interface Variable {
  readonly path: readonly string[];
  /** Absent for a list of mappings, which one variable gives whole. */
  readonly schema?: z.ZodType;
  readonly variable: string;
}

/** The variable of each key that is no secret; keys in a list of mappings share that of the list. */
export function variablesOf(keys: readonly Key[]): readonly Variable[] {
  const lists = new Set(keys.flatMap(({ name }) => (name.includes("[]") ? [name.split("[]", 1)[0]!] : [])));
  return [
    ...keys
      .filter(({ name, secret }) => !secret && !name.includes("[]"))
      .map((key) => ({ path: key.path, schema: key.schema, variable: environmentName(key) })),
    ...[...lists].map((name) => ({ path: name.split("."), variable: environmentName({ name }) })),
  ];
}

/** What Kubernetes and Docker make for a service that is called as a section is: `NAME=VALUE`. */
const ofServices = /^\w+(_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT_\d+_\w+|_PORT(?==(tcp|udp|sctp):))=/;

/** Warns of variables that are called as if they gave a key of a section, and give none. `given`: what may name them in its values. */
export function warnOfVariables(given: unknown, keys: readonly Key[], environment: Environment, report: Report): void {
  const known = variablesOf(keys).map(({ variable }) => variable);
  const secrets = keys
    .filter(({ secret }) => secret)
    .map((key) => environmentName(key).replace("_ID_", key.name.includes("[]") ? "_\\w+_" : "_ID_"))
    .map((variable) => new RegExp(`^${variable}(_FILE)?$`));
  const values = JSON.stringify(given);
  for (const section of new Set(keys.map(({ path }) => path[0]!))) {
    const beginning = `${environmentName({ name: section })}_`;
    for (const [variable, value] of Object.entries(environment)) {
      if (!value || !variable.startsWith(beginning) || known.includes(variable)) continue;
      if (secrets.some((secret) => secret.test(variable)) || ofServices.test(`${variable}=${value}`)) continue;
      if (values.includes(`\${${variable}}`)) continue;
      const meant = nearest(
        variable.slice(beginning.length),
        known.flatMap((one) => (one.startsWith(beginning) ? one.slice(beginning.length) : [])),
      );
      const hint = meant === undefined ? "" : `; did you mean ${beginning}${meant}?`;
      report.warn([section], `the environment variable ${variable} has no effect: it gives no key${hint}`);
    }
  }
}

/** The config with the environment and files in the values that name them, at whatever depth. Files are relative to `folder`. */
export function fillIn(
  config: Mapping,
  keys: readonly Key[],
  folder: string,
  environment: Environment,
  report: Report,
): Mapping {
  const schemas = new Map(keys.map(({ name, schema }) => [name, schema]));
  const filled = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((entry, index) => filled(entry, [...path, index]));
    if (isMapping(value))
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filled(entry, [...path, key])]));
    if (typeof value !== "string") return value;
    const text = value.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (written, name: string) => environment[name] || written);
    if (value.startsWith("file:")) return contentOf(text, path);
    if (text !== value) report.setOrigin(path, { label: "filled in from the environment" });
    const schema = schemas.get(formatPath(path).replaceAll(/\[\d+\]/g, "[]"));
    return schema && text !== value && /^\$\{\w+\}$/.test(value) ? meant(text, schema) : text;
  };
  const contentOf = (text: string, path: Path) => {
    try {
      return readSecretFile(folder, text.slice("file:".length));
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      report.add(path, error.message);
      return text;
    }
  };
  return filled(config, []) as Mapping;
}

/** What a text stands for: itself where the key takes it, else what it is as YAML (`true`, `5`, `[a, b]`). */
function meant(text: string, schema: z.ZodType | undefined): unknown {
  if (schema?.safeParse(text).success && !/^\s*[[{]/.test(text)) return text;
  let value: unknown;
  try {
    ({ value } = YamlDocument.parse("", text));
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return text;
  }
  return schema === undefined || schema.safeParse(value).success ? value : text;
}

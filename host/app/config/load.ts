// Reads the config file. Every mistake in it is reported at once, each with its place.
import { dirname, resolve } from "node:path";
import { loadPolicy, type Policy, PolicyError } from "../../core/policy.ts";
import { checkApplications } from "../../features/branding/config.ts";
import { isMapping } from "../../kit/config/mapping.ts";
import { Report } from "../../kit/config/report.ts";
import { type Environment, readSecrets } from "../../kit/config/secrets.ts";
import type { AnySection } from "../../kit/config/section.ts";
import { checkTemplates } from "../../kit/config/templates.ts";
import { YamlDocument } from "../../kit/yaml/document.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { keysIn, validate } from "../../kit/yaml/schema.ts";
import { type Config, configFrom } from "./config.ts";
import { schema, sections } from "./sections.ts";

/** Where a config comes from, to read it again. */
export interface ConfigSource {
  readonly file: string;
  readonly environment: Environment;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file's values, validated, under the names that they are written by. */
  readonly values: unknown;
  readonly policy: Policy;
  readonly source: ConfigSource;
}

const all: readonly [keyof Config, AnySection][] = Object.entries(sections) as [keyof Config, AnySection][];

/** Reads and checks a config file, with its secrets from wherever they are. Throws InvalidFileError with every problem. */
export function loadConfig(file: string, environment: Environment): LoadedConfig {
  const document = YamlDocument.read(file);
  const report = new Report(document);
  const folder = dirname(resolve(file));
  const written = structuredClone(document.value ?? {});
  if (isMapping(written)) {
    const keys = keysIn(schema);
    readSecrets(written, keys, folder, environment, report);
    checkTemplates(written, keys, report);
    for (const [, { rename }] of all) rename?.(written, report);
  }
  const result = validate(schema, written);
  if ("issues" in result) for (const { path, part, message } of result.issues) report.add(path, message, part);
  if (isMapping(written)) for (const [, { check }] of all) check?.(written, folder, report);
  const policy = checkPolicy(written, report);
  if ("issues" in result) throw new InvalidFileError(report.problems);

  const config = configFrom(result.data, folder);
  for (const [name, { verify }] of all) verify?.(config[name], report);
  checkApplications(config.portal, config.session.cookies, report);
  if (!policy || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return { config, values: result.data, policy, source: { file, environment } };
}

/** Reads only the access_control section of a config file, whatever else is in it. Throws InvalidFileError. */
export function loadAccessControl(file: string): Policy {
  const document = YamlDocument.read(file);
  const report = new Report(document);
  if (!isMapping(document.value)) report.add([], "must be a mapping with the key access_control");
  else checkTemplates({ access_control: document.value.access_control }, [], report);
  const policy = checkPolicy(document.value, report);
  if (!policy || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return policy;
}

function checkPolicy(config: unknown, report: Report): Policy | undefined {
  if (!isMapping(config)) return undefined;
  const accessControl = config.access_control;
  if (accessControl === undefined || accessControl === null) {
    report.add(["access_control"], "is required: the policy, such as default_policy: one_factor");
    return undefined;
  }
  try {
    return loadPolicy(accessControl);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    report.add(["access_control", ...error.path], error.message);
    return undefined;
  }
}

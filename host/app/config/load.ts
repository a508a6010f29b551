// Reads the config file. Every mistake in it is reported at once, each with its place.
import { dirname, resolve } from "node:path";
import { loadPolicy, type Policy, PolicyError } from "../../core/policy.ts";
import { checkApplications } from "../../features/branding/config.ts";
import { fillIn, readEnvironment, warnOfVariables } from "../../kit/config/fill-in.ts";
import { filesOf, Layers } from "../../kit/config/layers.ts";
import { isMapping } from "../../kit/config/mapping.ts";
import { Report } from "../../kit/config/report.ts";
import { type Environment, readSecrets } from "../../kit/config/secrets.ts";
import { type AnySection, schemaOf } from "../../kit/config/section.ts";
import { checkTemplates } from "../../kit/config/templates.ts";
import { InvalidFileError, type Problem } from "../../kit/yaml/problem.ts";
import { keysIn, validate } from "../../kit/yaml/schema.ts";
import { acceptAuthelia, acceptDefinitions } from "./authelia/accept.ts";
import { type Config, configsFrom } from "./config.ts";
import { sections } from "./sections.ts";
import { type Setting, settingsIn } from "./settings.ts";

/** Where a config comes from, to read it again. */
export interface ConfigSource {
  /** Of files and folders, in the order in which they are laid over each other. */
  readonly names: readonly string[];
  readonly environment: Environment;
  /** Sections beside the host's own, by what the configuration calls each. */
  readonly more: Readonly<Record<string, AnySection>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** What the file sets, its policy excepted. */
  readonly settings: readonly Setting[];
  readonly policy: Policy;
  readonly layers: Layers;
  /** What of the file has no effect. */
  readonly warnings: readonly Problem[];
  readonly source: ConfigSource;
}

/**
 * Reads and checks a config file, or several and folders of them laid over each other, with secrets from wherever they are. `more` sections are for who adds to the host what is not
 * its own. Throws InvalidFileError with every problem.
 */
export function loadConfig(
  name: string | readonly string[],
  environment: Environment,
  more: ConfigSource["more"] = {},
): LoadedConfig {
  const all: Readonly<Record<string, AnySection>> = { ...sections, ...more };
  const schema = schemaOf(Object.values(all));
  const names = [name].flat();
  const files = filesOf(names);
  const layers = Layers.read(files);
  const report = new Report(layers);
  const folder = dirname(resolve(files[0]!));
  const keys = keysIn(schema);
  const given = layers.value ?? {};
  const written = isMapping(given) ? fillIn(given, keys, folder, environment, report) : given;
  if (isMapping(written)) {
    readEnvironment(written, keys, environment, report);
    warnOfVariables(given, keys, environment, report);
    readSecrets(written, keys, folder, environment, report);
    acceptAuthelia(written, keys, report);
    checkTemplates(written, keys, report);
    for (const { rename } of Object.values(all)) rename?.(written, report);
  }
  const result = validate(schema, written);
  if ("issues" in result) for (const { path, part, message } of result.issues) report.add(path, message, part);
  if (isMapping(written)) for (const { check } of Object.values(all)) check?.(written, folder, report);
  const policy = checkPolicy(written, report);
  if ("issues" in result) throw new InvalidFileError(report.problems);

  const configs = configsFrom(all, result.data, folder);
  const config = configs as Config;
  for (const [name, { verify }] of Object.entries(all)) verify?.(configs[name], report);
  checkApplications(config.portal, config.session.cookies, report);
  if (!policy || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return {
    config,
    settings: settingsIn(schema, result.data),
    policy,
    layers,
    warnings: report.warnings,
    source: { names, environment, more },
  };
}

/**
 * Reads only the access_control section of a config file, whatever else is in it; `asRun`: as a host does, to which the environment may give
 * another one. Throws InvalidFileError.
 */
export function loadAccessControl(
  name: string | readonly string[],
  environment: Environment = process.env,
  { asRun = false }: { readonly asRun?: boolean } = {},
): Policy {
  const files = filesOf([name].flat());
  const layers = Layers.read(files);
  const report = new Report(layers);
  let written = layers.value;
  if (!isMapping(written)) report.add([], "must be a mapping with the key access_control");
  else {
    const { access_control, definitions } = written;
    const policy = { access_control, ...(definitions !== undefined && { definitions }) };
    const filled = fillIn(policy, [], dirname(resolve(files[0]!)), environment, report);
    if (asRun) readEnvironment(filled, keysIn(schemaOf([sections.accessControl])), environment, report);
    acceptDefinitions(filled, report);
    checkTemplates(filled, [], report);
    written = filled;
  }
  const policy = checkPolicy(written, report);
  if (!policy || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return policy;
}

/** Reads only what proxies have to be in keeping with, whatever else is in a config file. Throws InvalidFileError. */
export function loadSite(
  name: string | readonly string[],
  environment: Environment = process.env,
): Pick<Config, "server" | "session" | "gate"> {
  const { server, session, gate } = sections;
  const parts: Readonly<Record<string, AnySection>> = { server, session, gate };
  const files = filesOf([name].flat());
  const layers = Layers.read(files);
  const report = new Report(layers);
  const folder = dirname(resolve(files[0]!));
  const own = schemaOf(Object.values(parts));
  const keys = keysIn(own);
  const given = isMapping(layers.value)
    ? Object.fromEntries(Object.entries(layers.value).filter(([key]) => Object.hasOwn(parts, key)))
    : layers.value;
  const written = isMapping(given) ? fillIn(given, keys, folder, environment, report) : given;
  if (isMapping(written)) {
    readEnvironment(written, keys, environment, report);
    acceptAuthelia(written, keys, report);
    for (const { rename } of Object.values(parts)) rename?.(written, report);
  }
  const result = validate(own, written);
  if ("issues" in result) for (const { path, part, message } of result.issues) report.add(path, message, part);
  if (isMapping(written)) for (const { check } of Object.values(parts)) check?.(written, folder, report);
  if ("issues" in result || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return configsFrom(parts, result.data, folder) as Pick<Config, "server" | "session" | "gate">;
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

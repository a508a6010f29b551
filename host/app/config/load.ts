// Reads the config file. Every mistake in it is reported at once, each with its place.
import { dirname, resolve } from "node:path";
import { loadPolicy, type Policy, PolicyError } from "../../core/policy.ts";
import { checkPortal } from "../../features/branding/config.ts";
import { checkBackend } from "../../identity/config.ts";
import { checkLdap } from "../../identity/ldap/config.ts";
import { isMapping } from "../../kit/config/mapping.ts";
import { Report } from "../../kit/config/report.ts";
import { type Environment, readSecrets } from "../../kit/config/secrets.ts";
import { checkTemplates } from "../../kit/config/templates.ts";
import { readTlsPair, type TlsFiles, TlsMistake } from "../../kit/config/tls-pair.ts";
import { checkStorage } from "../../kit/sql/config.ts";
import { YamlDocument } from "../../kit/yaml/document.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { keysIn, validate } from "../../kit/yaml/schema.ts";
import { checkNotifier } from "../../notify/config.ts";
import { acceptAutheliaUrl, checkCookies } from "../../session/config.ts";
import { type Config, configFrom } from "./config.ts";
import { schema } from "./schema.ts";

/** Where a config comes from, to read it again. */
export interface ConfigSource {
  readonly file: string;
  readonly environment: Environment;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly policy: Policy;
  readonly source: ConfigSource;
}

/** Reads and checks a config file, with its secrets from wherever they are. Throws InvalidFileError with every problem. */
export function loadConfig(file: string, environment: Environment): LoadedConfig {
  const document = YamlDocument.read(file);
  const report = new Report(document);
  const folder = dirname(resolve(file));
  const value = structuredClone(document.value ?? {});
  if (isMapping(value)) {
    const keys = keysIn(schema);
    readSecrets(value, keys, folder, environment, report);
    checkTemplates(value, keys, report);
    acceptAutheliaUrl(value, report);
  }
  const result = validate(schema, value);
  if ("issues" in result) for (const { path, part, message } of result.issues) report.add(path, message, part);
  if (isMapping(value)) {
    checkCookies(value, report);
    checkStorage(value, folder, report);
    checkBackend(value, report);
    checkLdap(value, report);
    checkNotifier(value, folder, report);
  }
  const policy = checkPolicy(value, report);

  const config = "data" in result ? configFrom(result.data, folder) : undefined;
  if ("data" in result) checkTls(result.data.server.tls, config!.server.tls, report);
  if (config) checkPortal(config.portal, config.session.cookies, report);

  if (!config || !policy || report.problems.length > 0) throw new InvalidFileError(report.problems);
  return { config, policy, source: { file, environment } };
}

/** A certificate comes with its key. */
function checkTls(
  { certificate, key }: { readonly certificate: string | null; readonly key: string | null },
  files: TlsFiles | null,
  report: Report,
): void {
  const path = ["server", "tls"];
  if (certificate && !key) report.add([...path, "key"], "is required beside server.tls.certificate");
  if (key && !certificate) report.add([...path, "certificate"], "is required beside server.tls.key");
  if (!files) return;
  try {
    readTlsPair(files);
  } catch (error) {
    if (!(error instanceof TlsMistake)) throw error;
    report.add([...path, error.part], error.message);
  }
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

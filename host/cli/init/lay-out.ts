// Lays a site out: everything is checked before the first file is written, and what is there stays unless the operator says otherwise.
import { spawnSync } from "node:child_process";
import { randomBytes, X509Certificate } from "node:crypto";
import {
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig } from "../../app/config/load.ts";
import { HostError } from "../../kit/errors.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { addUser, listUsers } from "../../operations/users.ts";
import type { Wishes } from "../../proxies/front-of.ts";
import { proxyConfiguration } from "../../proxies/proxies.ts";
import { readArguments } from "../command.ts";
import { command as proxyCommand } from "../commands/proxy.ts";
import { asOperatorOf } from "../open.ts";
import type { Answers } from "./answers.ts";
import { configText, unitText } from "./texts.ts";

/** Where what was written lies. */
export interface SiteFiles {
  readonly config: string;
  /** The folder of the proxy's configuration. */
  readonly proxy: string;
  /** The authority that browsers have to trust, where the certificate is for trying. */
  readonly authority: string | undefined;
  readonly unit: string | undefined;
  /** False where the users file had the user already, who keeps their password. */
  readonly addedUser: boolean;
}

/** Paths in PEM of what is made for trying. */
interface OwnCertificate {
  readonly authority: string;
  readonly chain: string;
  readonly key: string;
}

/** Writes the site. Throws HostError "usage" where something is there already, unless `force`: configurations are written anew then. */
export async function laidOut(answers: Answers, force: boolean): Promise<SiteFiles> {
  const { folder, certificate, systemdUser } = answers;
  const at = (...path: string[]) => join(folder, ...path);
  const own: OwnCertificate = {
    authority: at("tls", "ca.pem"),
    // HAProxy has both in one file.
    chain: at("tls", answers.proxy === "haproxy" ? "combined.pem" : "fullchain.pem"),
    key: at("tls", answers.proxy === "haproxy" ? "combined.pem" : "privkey.pem"),
  };
  const site = {
    ...{ config: at("zerohop.yml"), proxy: at(answers.proxy), authority: certificate ? undefined : own.authority },
    unit: systemdUser === undefined ? undefined : at("zerohop.service"),
  };
  const secrets = { key: at("encryption-key"), users: at("data", "users.yml") };
  const { chain, key } = certificate ?? own;
  const proxy = { http: answers.http, certificate: chain, key };
  check(answers, site.proxy, proxy);
  const owner = systemdUser === undefined ? undefined : ownerOf(systemdUser);
  const there = [
    site.config,
    site.proxy,
    site.unit,
    ...Object.values(secrets),
    ...(certificate ? [] : Object.values(own)),
  ]
    .filter((file) => file !== undefined)
    .find(existsSync);
  if (there !== undefined && !force)
    throw new HostError(
      "usage",
      `${there} is there already; --force writes configurations anew, and keeps keys, users and certificates`,
    );

  mkdirSync(at("data"), { recursive: true, mode: 0o700 });
  if (!existsSync(secrets.key)) writeSecret(secrets.key, `${randomBytes(32).toString("base64url")}\n`);
  if (!existsSync(secrets.users)) writeSecret(secrets.users, "users: {}\n");
  if (!certificate && !isFor(own, answers.domain)) await certify(own, answers.domain);
  write(site.config, configText(answers));
  if (systemdUser !== undefined) write(site.unit!, unitText(folder, systemdUser, thisProgram()));
  const addedUser = await addFirstUser(answers, site.config);
  const options = Object.entries(proxy).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const words = [answers.proxy, "--config", site.config, "--output", site.proxy, ...options];
  const apps = answers.apps.flatMap((app) => ["--app", app]);
  await proxyCommand.run(readArguments(proxyCommand, [...words, ...apps]));
  if (owner)
    for (const path of [secrets.key, at("data"), ...readdirSync(at("data")).map((name) => at("data", name))])
      lchownSync(path, owner.uid, owner.gid);
  return { ...site, addedUser };
}

/** Reads the configuration as the host will, and has the proxy's made, in a folder that is gone afterwards. */
function check(answers: Answers, folder: string, proxy: Pick<Wishes, "http" | "certificate" | "key">): void {
  const trial = mkdtempSync(join(tmpdir(), "zerohop-init-"));
  try {
    const file = join(trial, "zerohop.yml");
    write(file, configText(answers));
    writeSecret(join(trial, "encryption-key"), "only to see whether the rest holds\n");
    const { config } = loadConfig(file, process.env);
    proxyConfiguration(answers.proxy, config, { command: "", folder, apps: answers.apps, ...proxy });
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    throw new HostError("usage", error.problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

async function addFirstUser({ user: { name, email, password } }: Answers, config: string): Promise<boolean> {
  return asOperatorOf([config], async (operator) => {
    if (listUsers(operator.config).some(({ user }) => user.name === name)) return false;
    await addUser(operator, name, { displayname: name, email }, password);
    return true;
  });
}

/** Whether there are certificates for the domain already. */
function isFor(own: OwnCertificate, domain: string): boolean {
  if (!Object.values(own).every(existsSync)) return false;
  return new X509Certificate(readFileSync(own.chain)).checkHost(`app.${domain}`) !== undefined;
}

async function certify({ authority, chain, key }: OwnCertificate, domain: string): Promise<void> {
  // Which takes hundreds of modules.
  const { trialCertificates } = await import("../../kit/certificates/trial.ts");
  const made = await trialCertificates(domain, `Zerohop authority for trying ${domain}`);
  for (const file of [authority, chain, key]) rmSync(file, { force: true });
  write(authority, made.authority);
  if (chain !== key) write(chain, made.certificate);
  writeSecret(key, chain === key ? made.certificate + made.key : made.key);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Writes a file that was not there, and that nobody else can read at any moment. */
function writeSecret(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
}

/** What this process is: Node, its options, and the script. */
function thisProgram(): readonly string[] {
  return [process.execPath, ...process.execArgv, realpathSync(process.argv[1]!)];
}

/** Throws HostError "usage" when there is no such user of the system, or their files cannot be given to them. */
function ownerOf(user: string): { readonly uid: number; readonly gid: number } {
  const { status, stdout } = spawnSync("id", ["-u", "--", user], { encoding: "utf8" });
  const uid = Number(stdout);
  if (status !== 0)
    throw new HostError("usage", `--systemd-user: there is no user ${user}; make one with useradd --system ${user}`);
  const self = process.getuid?.();
  if (self !== 0 && self !== uid)
    throw new HostError("usage", `--systemd-user ${user}: only root can give ${user} the files`);
  return { uid, gid: Number(spawnSync("id", ["-g", "--", user], { encoding: "utf8" }).stdout) };
}

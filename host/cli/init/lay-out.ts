// Lays a site out: everything is checked before the first file is written, and what is there stays unless the operator says otherwise.
import { spawnSync } from "node:child_process";
import { randomBytes, X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { loadConfig } from "../../app/config/load.ts";
import { usage } from "../../kit/errors.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { addUsers, listUsers } from "../../operations/users.ts";
import { certificateInside, composeText, containerPorts, containers } from "../../proxies/compose.ts";
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
  readonly compose: string | undefined;
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
  const { folder, certificate, systemdUser, image } = answers;
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
    compose: image === undefined ? undefined : at("compose.yaml"),
  };
  const secrets = { key: at("encryption-key"), users: at("data", "users.yml") };
  const { chain, key } = certificate ?? own;
  const proxy: ProxyWishes =
    image === undefined
      ? { folder: site.proxy, http: answers.http, certificate: chain, key }
      : wishesInside(answers, { chain, key });
  check(answers, proxy);
  const owner = systemdUser !== undefined ? ownerOf(systemdUser) : image !== undefined ? containerUser() : undefined;
  const inFolder = (file: string) => (certificate ? file : relative(folder, file));
  const compose =
    image === undefined || !owner
      ? ""
      : composeText({
          ...{ proxy: answers.proxy, image, user: `${owner.uid}:${owner.gid}` },
          ports: { https: Number(answers.portal.port || 443), http: publishedHttp(answers) },
          certificate: { chain: inFolder(chain), key: inFolder(key) },
          reachesMachine: answers.apps.some((app) => app.includes("://host.docker.internal")),
        });
  const there = [
    site.config,
    site.proxy,
    site.unit,
    site.compose,
    ...Object.values(secrets),
    ...(certificate ? [] : Object.values(own)),
  ]
    .filter((file) => file !== undefined)
    .find(existsSync);
  if (there !== undefined && !force)
    throw usage(
      `${there} is there already; --force writes configurations anew, and keeps keys, users and certificates`,
    );

  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true });
  mkdirSync(at("data"), { recursive: true, mode: 0o700 });
  if (!existsSync(secrets.key)) writeSecret(secrets.key, `${randomBytes(32).toString("base64url")}\n`);
  if (!existsSync(secrets.users)) writeSecret(secrets.users, "users: {}\n");
  if (!certificate && !isFor(own, answers.domain)) await certify(own, answers.domain);
  write(site.config, configText(answers));
  if (systemdUser !== undefined) write(site.unit!, unitText(folder, systemdUser, thisProgram()));
  if (site.compose !== undefined) write(site.compose, compose);
  const addedUser = await addFirstUser(answers, site.config);
  const { hosts = [], ...options } = proxy;
  const words = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const lists = [...hosts.map((host) => ["--host", host]), ...answers.apps.map((app) => ["--app", app])].flat();
  const files = ["--config", site.config, "--output", site.proxy];
  await proxyCommand.run(readArguments(proxyCommand, [answers.proxy, ...files, ...words, ...lists]));
  if (owner && process.getuid?.() === 0) {
    // Whatever root's umask is, who the host runs as has to come to its files.
    if (isNew) chmodSync(folder, 0o755);
    const ofProxy = image === undefined ? [] : [site.proxy, ...(certificate ? [] : [at("tls")])];
    for (const path of [secrets.key, at("data"), site.config, ...ofProxy]) give(path, owner);
  }
  return { ...site, addedUser };
}

type ProxyWishes = Pick<Wishes, "folder" | "hosts" | "listen" | "http" | "certificate" | "key">;

/** What the proxy's configuration says where it is a container's. */
function wishesInside({ proxy, http }: Answers, certificate: { readonly chain: string; readonly key: string }) {
  const inside = certificateInside(certificate);
  return {
    ...{ folder: containers[proxy].folder, hosts: ["http://zerohop:9091"], listen: String(containerPorts.https) },
    http: http === "off" ? "off" : String(containerPorts.http),
    ...{ certificate: inside.chain, key: inside.key },
  };
}

/** A port of this machine. Throws HostError "usage". */
function publishedHttp({ http = "80", portal }: Answers): number | undefined {
  if (http === "off") return undefined;
  if (!/^[1-9]\d{0,4}$/.test(http) || Number(http) > 65_535 || http === (portal.port || "443"))
    throw usage(`--http must be a port other than the portal's, or off, not ${http}`);
  return Number(http);
}

/** Who the containers run as: whoever calls, for the files are theirs. Root's are given to a user that nobody is. */
function containerUser(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return uid === 0 ? { uid: 65_532, gid: 65_532 } : { uid, gid };
}

/** A file, or a folder with all that is in it. */
function give(path: string, owner: { readonly uid: number; readonly gid: number }): void {
  lchownSync(path, owner.uid, owner.gid);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name), owner);
}

/** Reads the configuration as the host will, and has the proxy's made, in a folder that is gone afterwards. */
function check(answers: Answers, proxy: ProxyWishes): void {
  const trial = mkdtempSync(join(tmpdir(), "zerohop-init-"));
  try {
    const file = join(trial, "zerohop.yml");
    write(file, configText(answers));
    writeSecret(join(trial, "encryption-key"), "only to see whether the rest holds\n");
    const { config } = loadConfig(file, process.env);
    proxyConfiguration(answers.proxy, config, { command: "", apps: answers.apps, ...proxy });
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    throw usage(error.problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

async function addFirstUser({ user: { name, email, password } }: Answers, config: string): Promise<boolean> {
  return asOperatorOf([config], async (operator) => {
    if (listUsers(operator.config).some(({ user }) => user.name === name)) return false;
    await addUsers(operator, [{ name, keys: { displayname: name, email }, password }]);
    return true;
  });
}

/** Whether there are certificates for the domain already, by the authority that is shown beside them. */
function isFor(own: OwnCertificate, domain: string): boolean {
  if (!Object.values(own).every(existsSync)) return false;
  const certificate = new X509Certificate(readFileSync(own.chain));
  const authority = new X509Certificate(readFileSync(own.authority));
  // With another proxy the folder has had a certificate in another file, and an authority that is not this one's.
  return certificate.checkHost(`app.${domain}`) !== undefined && certificate.verify(authority.publicKey);
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
  if (status !== 0) throw usage(`--systemd-user: there is no user ${user}; make one with useradd --system ${user}`);
  const self = process.getuid?.();
  if (self !== 0 && self !== uid) throw usage(`--systemd-user ${user}: only root can give ${user} the files`);
  return { uid, gid: Number(spawnSync("id", ["-g", "--", user], { encoding: "utf8" }).stdout) };
}

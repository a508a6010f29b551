// What `zerohop init` has to know: from its options, and from whoever is at the terminal for what they leave open.
import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { domainToASCII } from "node:url";
import { mistakeInName, mistakeInText } from "../../identity/profile-text.ts";
import { HostError, usage } from "../../kit/errors.ts";
import { image } from "../../kit/installation.ts";
import { proxyName } from "../../proxies/proxies.ts";
import { isInside } from "../../session/cookie-domain.ts";
import { type Arguments, flagOption, listOption, textOption } from "../command.ts";
import { newPassword, passwordStdinOption } from "../new-password.ts";

export const policies = ["one_factor", "two_factor", "bypass"] as const;

/** Everything that a site is laid out by. */
export interface Answers {
  /** Absolute. */
  readonly folder: string;
  readonly domain: string;
  readonly portal: URL;
  /** `HOST[,HOST…]=URL` of each application, as `zerohop proxy` takes them. */
  readonly apps: readonly string[];
  readonly policy: (typeof policies)[number];
  readonly proxy: (typeof proxyChoices)[number];
  readonly user: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
    readonly isGenerated: boolean;
  };
  /** Where the host listens: an IP address and a port. */
  readonly address: string;
  /** Paths in PEM; absent: certificates for trying are made. */
  readonly certificate: { readonly chain: string; readonly key: string } | undefined;
  /** A port, or `off`; absent: 80. */
  readonly http: string | undefined;
  /** Who the host runs as under systemd; absent: no unit is written. */
  readonly systemdUser: string | undefined;
  /** The image that the host runs as under Compose; absent: no Compose file is written. */
  readonly image: string | undefined;
}

const hostName = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Proxies that run as they come, with nothing to build and nothing beside them. `zerohop proxy` knows all others. */
export const proxyChoices = ["nginx", "envoy", "caddy", "traefik", "haproxy", "envoy-ext-authz"] as const;

export const initOptions = {
  output: textOption("DIR", "the folder to write into (default: zerohop)"),
  domain: textOption("DOMAIN", "the domain of the applications, such as example.com"),
  portal: textOption(
    "HOST[:PORT]",
    "the portal's host, and the port that visitors come to (default: auth.DOMAIN, 443)",
  ),
  app: listOption(
    "HOST=URL",
    "an application: its host names, with commas between them, and where it is: http://, https:// or h2c://",
  ),
  policy: textOption(policies.join("|"), "what the applications ask of visitors (default: one_factor)"),
  proxy: textOption(proxyChoices.join("|"), "the proxy to write the configuration of"),
  user: textOption("NAME", "the first user, who may use the applications"),
  email: textOption("ADDRESS", "the user's e-mail address (default: NAME@DOMAIN)"),
  "password-stdin": passwordStdinOption,
  certificate: textOption("FILE", "the certificate chain for all hosts (default: one for trying is made)"),
  key: textOption("FILE", "its private key"),
  address: textOption("IP:PORT", "where the host listens for the proxy (default: 127.0.0.1:9091)"),
  http: textOption("PORT", "what leads from plain HTTP to HTTPS; off: nothing does (default: 80)"),
  "systemd-user": textOption("USER", "write a systemd unit too, by which the host runs as this user of the system"),
  compose: flagOption("write a Compose file too, by which host and proxy run as containers"),
  image: textOption("IMAGE", "the host's image there (default: this release's)"),
  yes: flagOption("ask nothing: what no option says is its default, and the password is made up and printed"),
  force: flagOption("write configurations that are there already anew; keys, users and certificates stay"),
};

type Options = Arguments<typeof initOptions>["options"];

/** Throws HostError "usage" when something is missing and there is nobody to ask, or does not hold. */
export async function answersFrom(options: Options): Promise<Answers> {
  const { "password-stdin": fromStdin, "systemd-user": systemdUser } = options;
  const asks = !options.yes && process.stdin.isTTY === true && !fromStdin;
  /** What an option says, or else the terminal, which is asked again after a mistake, or else `otherwise`. */
  const answer = async <T>(
    name: "domain" | "portal" | "proxy" | "user",
    question: string,
    read: (value: string) => T,
    otherwise?: string,
  ): Promise<T> => {
    const given = options[name] ?? (asks ? undefined : otherwise);
    if (given) return read(given);
    if (!asks) throw usage(`--${name} is needed${options.yes || fromStdin ? "" : ": there is no terminal to ask at"}`);
    return askUntil(question, read, otherwise, `--${name} is needed`);
  };

  const domain = await answer("domain", "Domain of the applications, such as example.com", (value) =>
    checkedHost("--domain", value),
  );
  const portal = await answer(
    "portal",
    "Host of the portal, with its port if that is not 443",
    (value) => portalIn(value, domain),
    `auth.${domain}`,
  );
  const isComposed = options.compose || (asks && systemdUser === undefined && (await askCompose()));
  const apps = options.app ?? (asks ? await askApplications(domain, isComposed) : []);
  if (apps.length === 0) throw usage("--app HOST=URL is needed, once for each application");
  const proxy = await answer("proxy", `Proxy (${proxyChoices.join(", ")})`, proxyIn);
  const certificate = certificateIn(
    options.certificate ?? (asks ? await ask("Certificate chain in PEM (none: one for trying is made)", "") : ""),
    options.key,
    asks,
  );
  const name = await answer("user", "First user", userIn, asks ? ownName() : undefined);
  const email = options.email ?? `${name}@${domain}`;
  const mistake = mistakeInText(email);
  if (mistake !== undefined) throw usage(`--email: ${mistake}`);
  const isGenerated = !asks && !fromStdin;
  const password = isGenerated ? randomBytes(15).toString("base64url") : await newPassword(fromStdin);
  const given = await certificate;
  if (isComposed) refuseOutsideOfContainers(apps, given, options);
  else if (options.image !== undefined) throw usage("--image needs --compose beside it");
  if (proxy === "haproxy" && given && given.chain !== given.key)
    throw usage("--certificate and --key must name one file for HAProxy, with the chain and then the key");
  return {
    ...{ domain, portal, apps, proxy, policy: policyIn(options.policy) },
    folder: resolve(options.output ?? "zerohop"),
    user: { name, email, password, isGenerated },
    address: isComposed ? "0.0.0.0:9091" : addressIn(options.address ?? "127.0.0.1:9091"),
    certificate: given,
    http: options.http,
    systemdUser,
    image: isComposed ? imageIn(options.image ?? image()) : undefined,
  };
}

/** What would hold on the machine, and does not in a container of it. */
function refuseOutsideOfContainers(
  apps: readonly string[],
  certificate: Answers["certificate"],
  options: Options,
): void {
  for (const file of Object.values(certificate ?? {}))
    if (!/^[\w@%+=,./ -]+$/.test(file))
      throw usage(`${file} has a character in its path that cannot stand in a Compose file's volume`);
  for (const option of ["address", "systemd-user"] as const)
    if (options[option] !== undefined) throw usage(`--${option} has no meaning with --compose`);
  const own = apps.find((app) => /=[a-z0-9]+:\/\/(localhost|127\.|0\.0\.0\.0|\[::1?\])/i.test(app));
  if (own !== undefined)
    throw usage(
      `--app ${own}: that is the proxy's own container. Name the application's, as in http://app:8000, or http://host.docker.internal:8000 for what listens on this machine's address towards Docker`,
    );
}

function imageIn(value: string): string {
  if (/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(value)) return value;
  throw usage(`--image must be an image's name such as ${image()}, not ${value}`);
}

async function askCompose(): Promise<boolean> {
  return /^y(es)?$/i.test(await ask("Host and proxy as containers, by Compose (yes, no)", "no"));
}

/** A container's user may have a number only. */
function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** On stderr, so that stdout has what the command prints alone. */
async function ask(question: string, otherwise = ""): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_, reject) => lines.once("SIGINT", () => reject(usage("interrupted"))));
  const closed = new Promise<string>((fulfil) => lines.once("close", () => fulfil("")));
  try {
    const shown = `${question}${otherwise === "" ? "" : ` [${otherwise}]`}: `;
    return (await Promise.race([lines.question(shown), interrupted, closed])).trim() || otherwise;
  } finally {
    lines.close();
  }
}

/** Asks until `read` takes the answer. Throws HostError "usage" where there is none. */
async function askUntil<T>(
  question: string,
  read: (value: string) => T,
  otherwise: string | undefined,
  missing: string,
): Promise<T> {
  for (;;) {
    const value = await ask(question, otherwise);
    if (value === "") throw usage(missing);
    try {
      return read(value);
    } catch (error) {
      // At the end of what is typed the same answer would come for ever.
      if (!(error instanceof HostError) || value === otherwise) throw error;
      console.error(error.message);
    }
  }
}

async function askApplications(domain: string, isComposed: boolean): Promise<string[]> {
  const apps: string[] = [];
  for (;;) {
    const host = await ask(
      apps.length === 0 ? `Host of an application, such as app.${domain}` : "Host of another one (none: done)",
    );
    if (host === "") return apps;
    if (!host.split(",").every((one) => isInside(one.trim().toLowerCase(), domain))) {
      console.error(`${host} is not in ${domain}, for which the login counts`);
      continue;
    }
    const where = isComposed ? `http://${host.replace(/^\*\./, "").split(".")[0]}:8000` : "http://127.0.0.1:8000";
    apps.push(`${host}=${await ask(`Where ${host} is`, where)}`);
  }
}

function checkedHost(option: string, value: string): string {
  const host = value.toLowerCase();
  if (hostName.test(host)) return host;
  const ascii = domainToASCII(host.replace(/^https?:\/\/|[./]+$/g, ""));
  const meant = hostName.test(ascii) ? `; did you mean ${ascii}?` : "";
  throw usage(`${option} must be a host name such as example.com, not ${value}${meant}`);
}

function portalIn(value: string, domain: string): URL {
  const [host = "", port] = value
    .toLowerCase()
    .replace(/^https:\/\/|\/$/g, "")
    .split(":");
  checkedHost("--portal", host);
  if (!isInside(host, domain)) throw usage(`--portal must be a host in ${domain}, not ${host}`);
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port))
    throw usage(`--portal must be a host name, with a port or without, not ${value}`);
  return new URL(`https://${host}${port === undefined ? "" : `:${port}`}`);
}

function userIn(name: string): string {
  const mistake = mistakeInName(name);
  if (mistake !== undefined) throw usage(`--user: ${mistake}`);
  return name;
}

function proxyIn(value: string): Answers["proxy"] {
  const proxy = proxyChoices.find((one) => one === value);
  if (proxy !== undefined) return proxy;
  const name = proxyName(value);
  throw usage(
    `--proxy must be one of ${proxyChoices.join(", ")}; what ${name} needs beside it stands in docs/, and its configuration comes from zerohop proxy ${name}`,
  );
}

function policyIn(value = "one_factor"): Answers["policy"] {
  const policy = policies.find((one) => one === value);
  if (policy === undefined) throw usage(`--policy must be one of ${policies.join(", ")}`);
  return policy;
}

function addressIn(value: string): string {
  if (!/^(\d+(\.\d+){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$/.test(value))
    throw usage(`--address must be an IP address and a port, such as 127.0.0.1:9091, not ${value}`);
  return value;
}

async function certificateIn(chain: string, key: string | undefined, asks: boolean): Promise<Answers["certificate"]> {
  if (chain === "" && key !== undefined) throw usage("--key needs --certificate beside it");
  if (chain === "") return undefined;
  const file = key ?? (asks ? await ask("Its private key") : "");
  if (file === "") throw usage("--certificate needs --key beside it");
  return { chain: resolve(chain), key: resolve(file) };
}

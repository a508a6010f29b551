// `npm start`: the portal, a real Envoy with the gate inside, and an application behind them, until Ctrl-C.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBackend } from "../workshop/backends/application.ts";
import { tlsFiles } from "../workshop/certificates/tls-files.ts";
import { gateConfig, hostListens, startHost } from "../workshop/host/program.ts";
import { domain, mails, type SiteProvider, writeSite } from "../workshop/host/site.ts";
import { password } from "../workshop/host/users.ts";
import { freePort, requireFreePort } from "../workshop/processes/ports.ts";
import type { Program } from "../workshop/processes/program.ts";
import { locateEnvoy } from "../workshop/programs/envoy.ts";
import { startEnvoy } from "../workshop/proxies/envoy.ts";
import { renderEnvoyConfig } from "../workshop/proxies/envoy-config.ts";
import { SetupError } from "../workshop/setup-error.ts";
import { watchStarter } from "./starter.ts";

const root = join(import.meta.dirname, "..");
const slowestStart = 60_000;

/** Plain HTTP goes with HTTPS as 8080 with 8443, and 80 with 443. */
const httpPortOffset = 8443 - 8080;

interface Running {
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Path of the demo authority's certificate. */
  readonly authority: string;
  /** Path of the file with the mails. */
  readonly mails: string;
  readonly provider: SiteProvider | undefined;
  readonly programs: readonly Program[];
}

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const interrupted = interruption();
  await using started = new AsyncDisposableStack();
  try {
    const running = await Promise.race([interrupted, start(started)]);
    if (!running) return 0;
    introduce(running);
    const end = await Promise.race([interrupted, ...running.programs.map(({ ended }) => ended)]);
    if (!end) return 0;
    say(end);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
  }
  return 1;
}

async function start(started: AsyncDisposableStack): Promise<Running> {
  const httpsPort = portFrom("ZEROHOP_PORT", 8443);
  const httpPort = portFrom("ZEROHOP_HTTP_PORT", httpsPort - httpPortOffset);
  await requireFreePort(httpsPort, "ZEROHOP_PORT");
  await requireFreePort(httpPort, "ZEROHOP_HTTP_PORT");

  const folder = join(root, ".demo", String(httpsPort));
  mkdirSync(folder, { recursive: true });
  const hostPort = await freePort();
  const provider = process.argv.includes("--provider") ? await startProvider(started, httpsPort, hostPort) : undefined;
  const [envoy, tls, hostConfig] = await Promise.all([
    locateEnvoy(say),
    tlsFiles(join(root, ".demo", "tls"), domain),
    writeSite(folder, { https: httpsPort, host: hostPort }, provider),
    build(started),
  ]);

  say("starting the host ...");
  const gate = await gateConfig(hostConfig);
  const host = started.use(startHost(hostConfig, join(folder, "host.log")));
  const backend = await startBackend(0);
  started.defer(() => backend.close());
  await hostListens(host, hostPort);

  say("starting Envoy ...");
  const config = renderEnvoyConfig({
    hostConfig,
    httpsPort,
    httpPort,
    tls,
    applicationPort: backend.port,
    gate: join(root, "build", "gate.wasm"),
    gateConfig: gate,
  });
  const proxy = started.use(startEnvoy(envoy, config, folder));

  const running = {
    httpsPort,
    httpPort,
    authority: tls.authority,
    mails: join(folder, mails),
    provider,
    programs: [host, proxy],
  };
  await answers(running, folder);
  return running;
}

/** Builds what the demo runs with, and nothing else. It ends with the demo. */
async function build(started: AsyncDisposableStack): Promise<void> {
  const needed = ["gate", "core", "portal", "dist"];
  const child = spawn(process.execPath, [join(root, "scripts", "build.ts"), ...needed], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  started.defer(() => void child.kill());
  const [code] = await once(child, "exit");
  if (code !== 0) throw new SetupError("the build failed; its own message is above.");
}

/** Starts an OpenID provider beside the portal, to try signing in with one without an account anywhere. */
async function startProvider(
  started: AsyncDisposableStack,
  httpsPort: number,
  hostPort: number,
): Promise<SiteProvider> {
  say("starting an OpenID provider ...");
  const { startOpenIdServer, clientId, clientSecret } = await import("../workshop/servers/openid-provider.ts");
  const back = `https://auth.${domain}:${httpsPort}/login/provider/demo`;
  const server = await startOpenIdServer({
    redirectUris: [`${back}/callback`],
    logoutRedirectUris: [`${back}/logged-out`],
    backChannelLogoutUri: `http://127.0.0.1:${hostPort}/login/provider/demo/back-channel-logout`,
    tlsFolder: join(root, ".demo", "provider-tls"),
  });
  started.defer(() => server.end());
  return { issuer: server.issuer, authorityFile: server.authorityFile, clientId, clientSecret };
}

function portFrom(variable: string, otherwise: number): number {
  const port = Number(process.env[variable] || otherwise);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new SetupError(`${variable} must be a port from 1 to 65535; set it to one.`);
}

/** Waits until the portal answers through Envoy, and the gate has the bundle it decides with. */
async function answers({ httpsPort, authority, programs }: Running, folder: string): Promise<void> {
  const ca = readFileSync(authority, "utf8");
  const deadline = Date.now() + slowestStart;
  const expected = [
    { host: `auth.${domain}`, path: "/api/health", status: 200 },
    { host: `app.${domain}`, path: "/", status: 302 },
  ];
  for (const { host, path, status } of expected) {
    for (;;) {
      const end = await Promise.race([sleep(100), ...programs.map(({ ended }) => ended)]);
      if (end) throw new SetupError(end);
      const actual = await statusOf(host, httpsPort, path, ca);
      if (actual === status) break;
      if (Date.now() < deadline) continue;
      const last = actual === undefined ? "nothing" : `status ${actual}`;
      throw new SetupError(
        `https://${host}:${httpsPort}${path} answers ${last}, not ${status}; see the logs in ${folder}.`,
      );
    }
  }
}

/** What a browser would get, or undefined when nothing answers. */
function statusOf(host: string, port: number, path: string, ca: string): Promise<number | undefined> {
  const options = { host: "127.0.0.1", servername: host, port, path, ca, agent: false, timeout: 5000 };
  const headers = { host: `${host}:${port}`, accept: "text/html" };
  return new Promise((resolve) => {
    const request = get({ ...options, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

function introduce({ httpsPort, httpPort, authority, mails, provider }: Running): void {
  const url = (name: string) => `https://${name}.${domain}:${httpsPort}`;
  console.log(`
  Portal       ${url("auth")}
  Application  ${url("app")}      one factor
               ${url("admin")}    two factors, group admins
               ${url("public")}   open to everybody
  Plain HTTP   http://app.${domain}:${httpPort} leads to HTTPS

  Users        alice (groups admins and dev), bob (group dev); the password of both is ${password}
  E-mails      go into ${relative(process.cwd(), mails)}: the code to set up a second factor, notices
  Certificate  browsers warn until they trust ${relative(process.cwd(), authority)}, an authority for ${domain} only;
               curl --cacert ${relative(process.cwd(), authority)} ${url("app")}
${provider ? providerIntroduction(provider) : ""}
  Ctrl-C stops everything.
`);
  console.log("ready");
}

function providerIntroduction({ issuer }: SiteProvider): string {
  return `
  Provider     ${issuer} has an alice and a bob of its own, who type their name there and no password;
               here they are alice@demo (groups admins and dev) and bob@demo. Its ${issuer}/session/end logs out everywhere
`;
}

/** Resolves when the demo is to end: Ctrl-C, a signal, or the death of the npm that started it. */
function interruption(): Promise<undefined> {
  const starterIsGone = watchStarter();
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(undefined));
    setInterval(() => {
      if (starterIsGone()) resolve(undefined);
    }, 500).unref();
    // A terminal that went away is no reason to leave things running.
    process.stdout.on("error", () => resolve(undefined));
  });
}

function say(line: string): void {
  console.error(`zerohop: ${line}`);
}

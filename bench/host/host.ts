// The demo's host as a benchmark needs it: with leases that outlast a round, and a session at it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { domain, password, writeSite } from "../../workshop/host/site.ts";
import { freePort, isListening } from "../../workshop/processes/ports.ts";
import { type Child, startChild } from "../measure/children.ts";

const root = join(import.meta.dirname, "..", "..");
const nodeOptions = ["--disable-warning=ExperimentalWarning"];

export interface Host {
  readonly process: Child;
  /** Its config file. */
  readonly config: string;
  readonly url: string;
}

export async function startHost(folder: string): Promise<Host> {
  const port = await freePort();
  const config = await writeSite(folder, { https: 8443, host: port });
  // The longest lease, 5 minutes, so that the benchmark measures no renewals.
  writeFileSync(config, readFileSync(config, "utf8").replace("session:\n", "session:\n  inactivity: 1h\n"));
  const process = startChild(globalThis.process.execPath, [
    ...nodeOptions,
    join(root, "host", "cli", "main.ts"),
    ...["serve", "--config", config],
  ]);
  while (!(await isListening(port))) {
    if (process.ended) throw new Error(`the host did not start:\n${process.errorOutput}`);
    await sleep(50);
  }
  return { process, config, url: `http://127.0.0.1:${port}` };
}

/** The session cookie of a login at the portal, as `name=value`. */
export async function logIn({ url }: Host): Promise<string> {
  const body = JSON.stringify({ username: "alice", password, keepMeLoggedIn: true });
  const answer = await fetch(`${url}/api/firstfactor`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-host": `auth.${domain}:8443` },
    body,
  });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (!cookie) throw new Error(`the login answered ${answer.status}: ${await answer.text()}`);
  return cookie;
}

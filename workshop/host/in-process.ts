// A host that really listens, and a client that talks to it as the proxy in front of it does.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { loadConfig } from "../../host/app/config/load.ts";
import { startService } from "../../host/app/service.ts";
import type { FactorModules } from "../../host/features/second-factor/factor.ts";
import { factors as ownFactors, sectionsOf } from "../../host/features/second-factor/factors.ts";
import type { Clock } from "../../host/kit/clock.ts";
import { createLog } from "../../host/kit/log.ts";
import "./cheap-hashes.ts";
import { configText, temporaryFolder, writeConfig } from "./files.ts";
import { writeNewDatabase } from "./new-database.ts";
import { deviation } from "./openapi.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request, by default under the portal's name. Follows no redirect, keeps no cookie. An answer that is not as
 * docs/openapi.yaml has it is an error.
 */
export function ask(url: string, { method = "GET", headers = {}, body, signal }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Node sends a body of DELETE without saying where it ends.
    const framed = body === undefined || "transfer-encoding" in headers;
    const length = framed ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const all = { host: "auth.example.com", ...length, ...headers };
    const outgoing = request(url, { method, headers: all, agent: false, ...(signal && { signal }) }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const answer = { status: incoming.statusCode!, headers: incoming.headers, body: text };
        const surprise = method === "HEAD" ? undefined : deviation(method, outgoing.path, answer);
        if (surprise === undefined) resolve(answer);
        else reject(new Error(`not as in docs/openapi.yaml: ${surprise}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A clock that a test moves. */
export interface MovableClock {
  readonly clock: Clock;
  advance(seconds: number): void;
}

export function movableClock(start = 1_790_000_000): MovableClock {
  let now = start;
  return {
    clock: () => now,
    advance(seconds) {
      now += seconds;
    },
  };
}

export interface TestHost {
  readonly url: string;
  readonly folder: string;
  /** The config file. */
  readonly file: string;
  /** As in Service. */
  readonly routes: readonly string[];
  readonly log: readonly Record<string, unknown>[];
  stop(): Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Submits a form as the portal's own page does. */
  submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  postJson(path: string, value: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  putJson(path: string, value: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Starts a host from a config text in a folder of its own; it ends with the test. */
export async function startHost({
  text = configText,
  folder = temporaryFolder(),
  clock,
  users,
  factors = {},
  ends = onTestFinished,
}: {
  readonly text?: string;
  /** The users file. */
  readonly users?: string;
  readonly folder?: string;
  readonly clock?: Clock;
  /** Second factors beside the host's own. */
  readonly factors?: FactorModules;
  /** Takes what stops it. */
  readonly ends?: (stop: () => Promise<void>) => void;
} = {}): Promise<TestHost> {
  const file = await writeConfig(folder, text, users);
  const database = join(folder, "db.sqlite3");
  if (/^ +path: db\.sqlite3$/m.test(text) && !existsSync(database)) await writeNewDatabase(database);
  const log: Record<string, unknown>[] = [];
  const logger = createLog("trace", { write: (line: string) => void log.push(JSON.parse(line)) });
  const service = await startService(loadConfig(file, {}, sectionsOf(factors)), logger, clock, {
    ...ownFactors,
    ...factors,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  ends(stop);
  const { url, routes } = service;
  const sendJson = (method: string, path: string, value: unknown, headers: Readonly<Record<string, string>>) =>
    ask(url + path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(value),
    });
  return {
    url,
    folder,
    file,
    routes,
    log,
    stop,
    get: (path, headers = {}) => ask(url + path, { headers }),
    submit: (path, fields, headers = {}) =>
      ask(url + path, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: "https://auth.example.com",
          "sec-fetch-site": "same-origin",
          accept: "text/html",
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    post: (path, body, headers = {}) => ask(url + path, { method: "POST", headers, body }),
    postJson: (path, value, headers = {}) => sendJson("POST", path, value, headers),
    putJson: (path, value, headers = {}) => sendJson("PUT", path, value, headers),
    delete: (path, headers = {}) => ask(url + path, { method: "DELETE", headers }),
  };
}

/** A host for the tests of a file or of a `describe` that only ask: a start takes more of the processor than most of what is asked. */
export function sharedHost(): () => TestHost {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-host-"));
  let host: TestHost | undefined;
  beforeAll(async () => {
    host = await startHost({ folder, ends: () => {} });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => host!;
}

/** The token of a Cookie header's session. */
export function tokenOf(cookie: string): string {
  return /(?:^|; )zerohop_session=([^;]*)/.exec(cookie)?.[1] ?? "";
}

/** The session's cookie, behind the one that binds it to the browser where that was set as well. */
export function cookieOf(answer: Answer): string {
  const set = (answer.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]!);
  const [cookie] = set;
  if (!cookie) throw new Error(`no cookie was set: ${answer.status} ${answer.body}`);
  const binding = set.find((other) => other.startsWith(`__Host-${cookie.split("=")[0]}=`));
  return binding === undefined ? cookie : `${binding}; ${cookie}`;
}

/** Logs in and returns the session cookie. */
export async function logIn(host: TestHost, username = "alice", keepMeLoggedIn = false): Promise<string> {
  return cookieOf(await host.postJson("/api/firstfactor", { username, password: "demo", keepMeLoggedIn }));
}

/** The claims of a session cookie, or the payload of any JWS. */
export function payloadOf(cookie: string): Record<string, unknown> {
  return part(cookie, 1);
}

/** The JOSE header of a session cookie, or of any JWS. */
export function headerOf(cookie: string): Record<string, unknown> {
  return part(cookie, 0);
}

function part(cookie: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from((tokenOf(cookie) || cookie).split(".")[index]!, "base64url").toString());
}

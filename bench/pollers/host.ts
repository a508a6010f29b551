// A host process with one user, started for a benchmark on a port that the system picks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hashArgon2 } from "../../host/identity/passwords/argon2.ts";
import { startChild } from "../measure/children.ts";

const main = join(import.meta.dirname, "..", "..", "host", "cli", "main.ts");

export interface Host {
  readonly url: string;
  readonly pid: number;
  readonly edgeToken: string;
  /** Returns the session's cookie. */
  logIn(): Promise<string>;
  logOut(cookie: string): Promise<void>;
  stop(): void;
}

export async function startHost(): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
  const config = join(folder, "config.yml");
  const cheap = { memory: 64, passes: 1, parallelism: 1, tagLength: 32, saltLength: 16 };
  writeFileSync(join(folder, "users.yml"), `users: { alice: { password: "${await hashArgon2("demo", cheap)}" } }\n`);
  writeFileSync(
    config,
    JSON.stringify({
      server: { address: "127.0.0.1:0", trusted_proxies: ["127.0.0.1"] },
      storage: { encryption_key: "only for the benchmark", local: { path: "db.sqlite3" } },
      session: { cookies: [{ domain: "example.com", portal_url: "https://auth.example.com" }] },
      authentication_backend: { file: { path: "users.yml" } },
      access_control: { default_policy: "one_factor" },
    }),
  );
  const zerohop = (...args: string[]) =>
    startChild(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args, "--config", config]);
  const edgeToken = JSON.parse(await zerohop("gate", "config").output).edge_token as string;
  const host = zerohop("serve");
  const url = await listeningAddress(host.process.stdout!, host.output);

  const post = async (path: string, body: unknown, cookie = "") => {
    const headers = { "content-type": "application/json", "x-forwarded-host": "auth.example.com", cookie };
    const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  return {
    url,
    pid: host.pid,
    edgeToken,
    logIn: async () => {
      const answer = await post("/api/firstfactor", { username: "alice", password: "demo" });
      return answer.headers.getSetCookie()[0]!.split(";")[0]!;
    },
    logOut: async (cookie) => {
      await (await post("/api/logout", {}, cookie)).text();
    },
    stop: () => {
      host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listeningAddress(log: NodeJS.ReadableStream, output: Promise<string>): Promise<string> {
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: log }).on("line", (line) => {
      const { msg, address } = JSON.parse(line) as { msg: string; address?: string };
      if (address && msg.startsWith("listening on ")) resolve(address);
    });
  });
  const ended = output.then((text): never => {
    throw new Error(`the host ended before it listened:\n${text}`);
  });
  return Promise.race([listening, ended]);
}

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseNginx } from "../../../host/lint/nginx/syntax.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { ask, cookieOf, headerOf, payloadOf } from "../../../workshop/host/in-process.ts";
import { fromCheckout, zerohop } from "../../../workshop/host/program.ts";
import { serve } from "../../../workshop/host/serve.ts";
import { freePort, isListening } from "../../../workshop/processes/ports.ts";
import { until } from "../../../workshop/waiting.ts";

const json = { "content-type": "application/json" };

async function logInAt(url: string): Promise<string> {
  const body = JSON.stringify({ username: "alice", password: "demo" });
  return cookieOf(await ask(`${url}/api/firstfactor`, { method: "POST", headers: json, body }));
}

async function userAt(url: string, cookie: string): Promise<string> {
  return JSON.parse((await ask(`${url}/api/state`, { headers: { cookie } })).body).data.username;
}

async function edgeTokenFor(config: string): Promise<string> {
  const { stdout } = await zerohop(["gate", "config", "--config", config]);
  return JSON.parse(stdout).edge_token;
}

describe("zerohop serve", () => {
  test("keeps every acknowledged session and logout, and its keys, when it is killed with -9", async () => {
    const config = await writeConfig(temporaryFolder());
    const first = await serve(config);
    const [kept, ended] = [await logInAt(first.url), await logInAt(first.url)];
    await ask(`${first.url}/api/logout`, { method: "POST", headers: { ...json, cookie: ended }, body: "{}" });
    const keys = (await ask(`${first.url}/jwks.json`)).body;
    expect(await first.end("SIGKILL")).toEqual([null, "SIGKILL"]);

    const second = await serve(config);
    expect(await userAt(second.url, kept)).toBe("alice");
    expect(await userAt(second.url, ended)).toBe("");
    expect((await ask(`${second.url}/jwks.json`)).body).toBe(keys);
  });

  test("answers who waits and ends with 0 when it is asked to", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const config = await writeConfig(temporaryFolder());
      const { url, log, end } = await serve(config);
      const headers = { authorization: `Bearer ${await edgeTokenFor(config)}`, "x-zerohop-protocol": "2" };
      const etag = (await ask(`${url}/api/edge/bundle`, { headers })).headers.etag!;
      const waiting = ask(`${url}/api/edge/bundle?wait=60`, { headers: { ...headers, "if-none-match": etag } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const started = performance.now();
      expect(await end(signal)).toEqual([0, null]);
      expect(performance.now() - started).toBeLessThan(30_000);
      expect((await waiting).status).toBe(304);
      const messages = ["config change", `listening on ${url}`, "stopping", "stopped"];
      expect(log.map((line) => JSON.parse(line).msg)).toEqual(messages);
    }
  });

  test("goes on at SIGHUP, by which service managers have it look at its files", async () => {
    const config = await writeConfig(temporaryFolder());
    const { url, log, pid } = await serve(config);
    writeFileSync(config, `${configText}log: { level: debug }\n`);
    process.kill(pid, "SIGHUP");
    await expect.poll(() => log.join()).toContain("the changed level of the log is in force");
    expect((await ask(`${url}/api/health`)).status).toBe(200);
  });

  test("goes on at a SIGHUP before it is as far as to read its files", async () => {
    const hook = `import { registerHooks } from "node:module";
      const load = (url, context, next) => {
        if (url.endsWith("/command-line.ts")) process.kill(process.pid, "SIGHUP");
        return next(url, context);
      };
      registerHooks({ load });`;
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
    const { url } = await serveWith(openSync("/dev/null", "w"), environment);
    expect((await ask(`${url}/api/health`)).status).toBe(200);
  });

  test("says in one sentence that its port is taken", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void blocker.close());
    const { port } = blocker.address() as { port: number };
    const config = await writeConfig(temporaryFolder(), configText.replace("127.0.0.1:0", `127.0.0.1:${port}`));
    expect(await zerohop(["serve", "--config", config])).toEqual({
      code: 1,
      stdout: "",
      stderr: `zerohop serve: cannot listen on 127.0.0.1:${port}: the port is taken by another program\n`,
    });
  });

  test("does not start with another encryption key, and says why", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    await edgeTokenFor(config);
    await writeConfig(folder, configText.replace("only for the tests", "not for the tests"));
    const { code, stderr } = await zerohop(["serve", "--config", config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^zerohop serve: storage\.encryption_key is not the key .*\n$/);
  });

  test("does not start without its users file, and names it", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    rmSync(join(folder, "users.yml"));
    const { code, stderr } = await zerohop(["serve", "--config", config]);
    expect([code, stderr]).toEqual([
      1,
      `${join(folder, "users.yml")}:1:1: (file): cannot be read: there is no such file\n`,
    ]);
  });
});

/** A file whose disk is full, and a pipe that is full and whose reader stands still. */
const outputs: Readonly<Record<string, () => number>> = {
  "a full disk": () => openSync("/dev/full", "w"),
  "nobody who reads it": () => {
    const pipe = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(reader));
    expect(() => {
      for (;;) writeSync(reader, "x".repeat(4096));
    }).toThrow("EAGAIN");
    return openSync(pipe, "w");
  },
};

/** A host that logs to this, once it listens. */
async function serveWith(output: number, environment: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const config = await writeConfig(temporaryFolder(), configText.replace("127.0.0.1:0", `127.0.0.1:${port}`));
  const [program, ...words] = fromCheckout;
  const child = spawn(program, [...words, "serve", "--config", config], {
    stdio: ["ignore", output, "inherit"],
    env: { ...process.env, ...environment },
  });
  closeSync(output);
  onTestFinished(() => void child.kill("SIGKILL"));
  await until(() => isListening(port));
  return { url: `http://127.0.0.1:${port}`, child };
}

test.each(Object.keys(outputs))("a log with %s keeps nobody from logging in", async (name) => {
  const { url } = await serveWith(outputs[name]!());
  for (const _ of [1, 2, 3]) expect(await logInAt(url)).toContain("zerohop_session=");
});

test("a log with a full disk does not keep the host from stopping", async () => {
  const { child } = await serveWith(outputs["a full disk"]!());
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

describe("beside a running host", () => {
  test("the command line lists, revokes and rotates, and the host follows at once", async () => {
    const config = await writeConfig(temporaryFolder());
    const { url } = await serve(config);
    const option = ["--config", config];
    const headers = { authorization: `Bearer ${await edgeTokenFor(config)}`, "x-zerohop-protocol": "2" };
    const cookies = [await logInAt(url), await logInAt(url), await logInAt(url)];
    const sids = cookies.map((cookie) => String(payloadOf(cookie).sid));

    const listed = await zerohop(["session", "list", ...option, "--user", "alice", "--json"]);
    const lines = listed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ sid }) => sid).toSorted()).toEqual(sids.toSorted());
    expect(lines[0]).toMatchObject({ username: "alice", domain: "example.com", level: 1, address: "127.0.0.1" });
    expect((await zerohop(["session", "list", ...option, "--user", "bob", "--json"])).stdout).toBe("");
    expect((await zerohop(["session", "list", ...option])).stdout).toMatch(
      /^SID +USER +DOMAIN.*\n(\S+ +alice .*\n){3}$/,
    );
    const pages: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page = await zerohop([
        "session",
        "list",
        ...option,
        "--json",
        "--limit",
        "2",
        ...(after ? ["--after", after] : []),
      ]);
      pages.push(...page.stdout.trim().split("\n"));
      after = /^There are more: --after (\S+)\n$/.exec(page.stderr)?.[1];
    }
    expect(pages).toEqual(listed.stdout.trim().split("\n"));

    const etag = (await ask(`${url}/api/edge/bundle`, { headers })).headers.etag!;
    const waiting = ask(`${url}/api/edge/bundle?wait=30`, { headers: { ...headers, "if-none-match": etag } });
    expect(await zerohop(["session", "revoke", ...option, sids[0]!])).toMatchObject({ code: 0, stdout: "ended: 1\n" });
    expect(payloadOf((await waiting).body)).toMatchObject({ revoked_sessions: [sids[0]] });
    expect(await userAt(url, cookies[0]!)).toBe("");
    expect(await userAt(url, cookies[1]!)).toBe("alice");

    expect(await zerohop(["session", "revoke", ...option, "--user", "alice"])).toMatchObject({ stdout: "ended: 2\n" });
    expect(await userAt(url, cookies[1]!)).toBe("");
    expect(await zerohop(["session", "revoke", ...option, sids[0]!])).toEqual({
      code: 1,
      stdout: "",
      stderr: `zerohop session revoke: no such session: ${sids[0]}\n`,
    });

    const kid = (await zerohop(["key", "rotate", ...option])).stdout.trim();
    const published = async () => (await ask(`${url}/jwks.json`)).body;
    await expect.poll(published, { timeout: 20_000 }).toContain(kid);
    await logInAt(url);

    const revoked = await zerohop(["key", "rotate", ...option, "--revoke"]);
    expect(revoked.stdout).toMatch(/^[\w-]{43}\nended: 1\n$/);
    const kids = async () => (JSON.parse(await published()).keys as { kid: string }[]).map((key) => key.kid);
    await expect.poll(kids).toEqual([revoked.stdout.split("\n")[0]]);
  }, 90_000);

  test("gate config prints what a gate needs, with an edge token that works at once", async () => {
    const config = await writeConfig(temporaryFolder());
    const before = await zerohop(["gate", "config", "--config", config]);
    const { url } = await serve(config);
    const options = ["--config", config, "--name", "edge-1", "--cluster", "portal"];
    const after = await zerohop(["gate", "config", ...options]);
    const gate = JSON.parse(after.stdout);
    expect(gate).toEqual({
      root_keys: [{ kid: expect.stringMatching(/^[\w-]{43}$/), x: expect.stringMatching(/^[\w-]{43}$/) }],
      edge_token: expect.stringMatching(/^zhe_[\w-]{43}$/),
      host_cluster: "portal",
      host_authority: "auth.example.com",
      max_stale: 3600,
    });
    const trusting = await writeConfig(
      temporaryFolder(),
      `${configText}gate: { trusted_proxies: [10.0.0.0/8, "fd00::1"], access_log: all, drop_session_set_cookie: true }\n`,
    );
    expect(JSON.parse((await zerohop(["gate", "config", "--config", trusting])).stdout)).toMatchObject({
      trusted_proxies: ["10.0.0.0/8", "fd00::1/128"],
      access_log: "all",
      drop_session_set_cookie: true,
    });
    const nginx = await zerohop(["gate", "config", "--config", trusting, "--nginx", "--cluster", "127.0.0.1:9091"]);
    const { directives, mistakes } = parseNginx("nginx.conf", nginx.stdout);
    expect([mistakes, directives.map(({ name, words }) => [name, words[0]])]).toEqual([
      [],
      [["proxy_wasm", "zerohop_gate"]],
    ]);
    const inNginx = JSON.parse(directives[0]!.words[1]!);
    expect(inNginx).toMatchObject({ host_cluster: "127.0.0.1:9091", access_log: "all" });
    expect(inNginx).not.toHaveProperty("drop_session_set_cookie");
    const traefik = await zerohop(["gate", "config", "--config", trusting, "--traefik"]);
    for (const { stderr } of [nginx, traefik])
      expect(stderr).toContain("gate.drop_session_set_cookie holds for Envoy alone");
    for (const cluster of [[], ["--cluster", "zerohop_host"], ["--cluster", "999.0.0.1:1"]])
      expect((await zerohop(["gate", "config", "--config", trusting, "--nginx", ...cluster])).stderr).toMatch(
        /--nginx needs --cluster with the IP address and port/,
      );
    const early = JSON.parse(before.stdout);
    expect(early.root_keys).toEqual(gate.root_keys);
    for (const token of [early.edge_token, gate.edge_token]) {
      const answer = await ask(`${url}/api/edge/bundle`, { headers: { authorization: `Bearer ${token}` } });
      expect(headerOf(answer.body).kid).toBe(gate.root_keys[0].kid);
    }
  });
});

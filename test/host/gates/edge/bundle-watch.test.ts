import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { BundleFile } from "../../../../host/gates/edge/follow/bundle-file.ts";
import { verifyBundle } from "../../../../host/gates/edge/follow/verify-bundle.ts";
import { type Claims, newSessionKey, type SessionKey, signToken } from "../../../../workshop/gate/tokens.ts";
import { temporaryFolder, writeConfig } from "../../../../workshop/host/files.ts";
import { ask, cookieOf } from "../../../../workshop/host/in-process.ts";
import { zerohop } from "../../../../workshop/host/program.ts";
import { serve } from "../../../../workshop/host/serve.ts";

const main = join(import.meta.dirname, "../../../../host/cli/main.ts");
const key = newSessionKey();
const token = `zhe_${"k".repeat(43)}`;
const patience = { timeout: 20_000, interval: 20 };

function bundle(payload: Claims, signer: SessionKey = key, header: Claims = {}): string {
  return signToken(signer, { iat: 1_790_000_000, ...payload }, { typ: "zerohop-bundle+jwt", ...header });
}

function writeGate(folder: string, changed: Claims = {}): string {
  const file = join(folder, "gate.json");
  const root_keys = [{ kid: key.kid, x: key.x }];
  writeFileSync(file, JSON.stringify({ root_keys, edge_token: token, host_authority: "auth.example.com", ...changed }));
  return file;
}

interface Poll {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly etag: string | undefined;
}

/** A host whose answers are `[status, body]`, one for each poll, the last one for all further ones. */
async function startAnswering(answers: readonly (readonly [status: number, body?: string])[]) {
  const polls: Poll[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    const [status, body = ""] = answers[Math.min(polls.length, answers.length - 1)]!;
    polls.push({ url, authorization: headers.authorization, etag: headers["if-none-match"] });
    // A host holds a poll that brings no news.
    setTimeout(() => response.writeHead(status).end(body), status === 304 ? 200 : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { polls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** `zerohop bundle watch`, until the test ends. */
function watch(args: readonly string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, "bundle", "watch", ...args]);
  let log = "";
  child.stdout.on("data", (text) => (log += text));
  child.stderr.on("data", (text) => (log += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, ended, log: () => log };
}

const versionIn = (file: string) => verifyBundle(readFileSync(file, "utf8").trim(), [key])?.version;

describe("zerohop bundle watch", () => {
  test("keeps the file at what a real host publishes: a logout is in it at once, and SIGTERM ends it with 0", async () => {
    const folder = temporaryFolder();
    const config = await writeConfig(folder);
    const { url } = await serve(config);
    const { stdout } = await zerohop(["gate", "config", "--config", config, "--name", "traefik"]);
    const gate = join(folder, "gate.json");
    writeFileSync(gate, stdout);
    const output = join(folder, "bundle.jws");
    const { child, ended, log } = watch(["--gate", gate, "--output", output, "--url", url]);
    await vi.waitUntil(() => existsSync(output), patience);
    expect(statSync(output).mode & 0o777).toBe(0o640);

    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ username: "alice", password: "demo" });
    const cookie = cookieOf(await ask(`${url}/api/firstfactor`, { method: "POST", headers: json, body }));
    await ask(`${url}/api/logout`, { method: "POST", headers: { ...json, cookie }, body: "{}" });
    const revoked = () =>
      JSON.parse(Buffer.from(readFileSync(output, "utf8").split(".")[1]!, "base64url").toString()).revoked_sessions;
    await vi.waitFor(() => expect(revoked()).toHaveLength(1), patience);
    const root_keys = JSON.parse(stdout).root_keys;
    expect(verifyBundle(readFileSync(output, "utf8").trim(), root_keys)?.version).toBeGreaterThan(0);

    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(log()).not.toContain(JSON.parse(stdout).edge_token);
    expect(readdirSync(folder).filter((name) => name.startsWith(".bundle"))).toEqual([]);
  });

  test("asks with the token, and from then on for what is newer than the file", async () => {
    const folder = temporaryFolder();
    const host = await startAnswering([[200, bundle({ version: 3 })], [304]]);
    const output = join(folder, "bundle.jws");
    watch(["--gate", writeGate(folder), "--output", output, "--url", host.url]);
    await vi.waitUntil(() => host.polls.length >= 3, patience);
    const authorization = `Bearer ${token}`;
    expect(host.polls.slice(0, 3)).toEqual([
      { url: "/api/edge/bundle?wait=0", authorization, etag: undefined },
      ...Array(2).fill({ url: "/api/edge/bundle?wait=30", authorization, etag: '"3.1790000000"' }),
    ]);
  });

  test.each([
    ["an older version", bundle({ version: 4 }), "older than the one in the file"],
    ["an older signature of the version", bundle({ version: 5, iat: 1 }), "older than the one in the file"],
    ["another key's", bundle({ version: 9 }, newSessionKey()), "not signed by a root key"],
    [
      "our key's name under another signature",
      bundle({ version: 9 }, { ...newSessionKey(), kid: key.kid }),
      "not signed",
    ],
    ["another type", bundle({ version: 9 }, key, { typ: "JWT" }), "not signed by a root key"],
    ["no algorithm", bundle({ version: 9 }, key, { alg: "none" }), "not signed by a root key"],
    ["no version", bundle({}), "not signed by a root key"],
    ["no bundle", "<html>", "not signed by a root key"],
  ])("leaves the file as it is for %s, says so, and goes on", async (_name, offered, complaint) => {
    const folder = temporaryFolder();
    const output = join(folder, "bundle.jws");
    const current = bundle({ version: 5 });
    writeFileSync(output, current);
    const host = await startAnswering([[200, offered], [200, offered], [200, bundle({ version: 6 })], [304]]);
    const { log } = watch(["--gate", writeGate(folder), "--output", output, "--url", host.url]);
    await vi.waitUntil(() => host.polls.length >= 2, patience);
    expect(readFileSync(output, "utf8")).toBe(current);
    expect(log()).toContain(complaint);
    await vi.waitFor(() => expect(versionIn(output)).toBe(6), patience);
  });

  test("goes on after errors, refusals and a host that is away, and says each once", async () => {
    const folder = temporaryFolder();
    const host = await startAnswering([[500], [500], [401], [200, bundle({ version: 1 })], [304]]);
    const output = join(folder, "bundle.jws");
    const { log } = watch(["--gate", writeGate(folder), "--output", output, "--url", host.url]);
    await vi.waitUntil(() => existsSync(output), patience);
    await vi.waitFor(() => expect(log()).toContain("answers again"), patience);
    expect(log().match(/with 500/g)).toHaveLength(1);
    expect(log().match(/refuses the edge token/g)).toHaveLength(1);
  });

  test("replaces a file that is no bundle, and follows no redirect with its token", async () => {
    const folder = temporaryFolder();
    const output = join(folder, "bundle.jws");
    writeFileSync(output, "rubbish");
    const host = await startAnswering([[200, bundle({ version: 1 })], [304]]);
    expect((await once(folder, output, host.url)).code).toBe(0);
    expect(versionIn(output)).toBe(1);
    const elsewhere = createServer((_request, response) => {
      response.writeHead(302, { location: `${host.url}/api/edge/bundle` }).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void elsewhere.close());
    const asked = host.polls.length;
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    expect((await once(folder, output, url)).code).toBe(1);
    expect(host.polls).toHaveLength(asked);
  });

  test("once ends with 1 and a sentence when nothing can be had", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await once(folder, join(folder, "bundle.jws"), "http://127.0.0.1:1");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^zerohop bundle watch: the host does not answer: /)]);
  });

  test("ends with 1 when the file can't be written, and leaves nothing behind", async () => {
    const folder = temporaryFolder();
    const output = join(folder, "bundle.jws");
    mkdirSync(output);
    const host = await startAnswering([[200, bundle({ version: 1 })]]);
    const { code, stderr } = await once(folder, output, host.url);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`the bundle file ${output} can't be used`)]);
    expect(readdirSync(folder).sort()).toEqual(["bundle.jws", "gate.json"]);
  });

  test.each([
    ["http://auth.example.com", /--url must be https/],
    ["ftp://127.0.0.1", /--url must be https/],
    ["https://u:p@auth.example.com", /--url must be https/],
  ])("does not send its token to %s", async (url, complaint) => {
    const folder = temporaryFolder();
    const { code, stderr } = await once(folder, join(folder, "bundle.jws"), url);
    expect([code, stderr]).toEqual([2, expect.stringMatching(complaint)]);
  });

  test.each([
    ["edge_token", "x"],
    ["root_keys", []],
    ["root_keys", [{ kid: "a", x: "b" }]],
    ["host_authority", 1],
  ])("names what is wrong in the file of --gate: %s", async (member, value) => {
    const folder = temporaryFolder();
    writeGate(folder, { [member]: value });
    const args = ["--gate", join(folder, "gate.json"), "--output", join(folder, "x"), "--once"];
    const { code, stderr } = await zerohop(["bundle", "watch", ...args]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`gate\\.json: ${member}`))]);
    expect(stderr).not.toContain(token);
  });
});

function once(folder: string, output: string, url: string) {
  return zerohop(["bundle", "watch", "--gate", writeGate(folder), "--output", output, "--url", url, "--once"]);
}

test("zerohop gate config --traefik prints what the plugin needs, and makes no edge token for it", async () => {
  const config = await writeConfig(temporaryFolder());
  const tokens = async () => (await zerohop(["edge-token", "list", "--config", config])).stdout;
  const before = await tokens();
  const { stdout } = await zerohop(["gate", "config", "--config", config, "--traefik"]);
  expect(JSON.parse(stdout)).toEqual({
    root_keys: [{ kid: expect.any(String), x: expect.stringMatching(/^[\w-]{43}$/) }],
    ...{ bundle_file: "/zerohop/bundle.jws", renewals: "/renewals", max_stale: 3600 },
  });
  expect(await tokens()).toBe(before);
  const gate = JSON.parse((await zerohop(["gate", "config", "--config", config])).stdout);
  expect(gate.root_keys).toEqual(JSON.parse(stdout).root_keys);
  expect(await tokens()).not.toBe(before);
});

describe("the bundle file", () => {
  test("is never seen half written, however often it is replaced", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "bundle.jws");
    const file = new BundleFile(path, 0o644, [key]);
    const payload = "x".repeat(200_000);
    for (let version = 1; version <= 50; version++) {
      expect(file.offer(bundle({ version, payload }))).toBe("written");
      expect(file.stamp?.version).toBe(version);
    }
    expect(file.offer(bundle({ version: 50, payload }))).toBe("unchanged");
    expect(readdirSync(folder)).toEqual(["bundle.jws"]);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });
});

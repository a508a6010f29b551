// `zerohop bundle watch` renews the sessions that a plugin has noted beside the bundle file.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { freshClaims, newSessionKey, signToken } from "../../../../workshop/gate/tokens.ts";
import { temporaryFolder, writeConfig } from "../../../../workshop/host/files.ts";
import { ask, cookieOf } from "../../../../workshop/host/in-process.ts";
import { startBundleWatch, zerohop } from "../../../../workshop/host/program.ts";
import { serve } from "../../../../workshop/host/serve.ts";

const key = newSessionKey();
const sid = "AAAAAAAAAAAAAAAAAAAAAA";
const token = signToken(key, freshClaims("https://auth.example.com", "example.com", { sid }));
const patience = { timeout: 20_000, interval: 20 };
const json = { "content-type": "application/json" };

/** A folder with a bundle watch that asks at `url`. */
function watching(url: string, gate: object, folder = temporaryFolder()) {
  writeFileSync(join(folder, "gate.json"), JSON.stringify(gate));
  const log = join(folder, "watch.log");
  const program = startBundleWatch(join(folder, "gate.json"), join(folder, "bundle.jws"), url, log);
  onTestFinished(() => program.stop());
  const renewals = join(folder, "renewals");
  const asked = join(renewals, "asked");
  return {
    asked,
    ready: () => vi.waitUntil(() => existsSync(join(renewals, "answered")), patience),
    note: (name: string, text: string) => writeFileSync(join(asked, name), text, { mode: 0o600 }),
    notes: () => readdirSync(asked),
    answers: () => readdirSync(join(renewals, "answered")),
    answerOf: (name: string) => readFileSync(join(renewals, "answered", name), "utf8"),
    modeOf: (path: string) => statSync(join(renewals, path)).mode & 0o777,
    log: () => readFileSync(log, "utf8"),
    folder,
  };
}

const gateOf = (changed: object = {}) => ({
  root_keys: [{ kid: key.kid, x: key.x }],
  edge_token: `zhe_${"k".repeat(43)}`,
  host_authority: "auth.example.com",
  ...changed,
});

/** A host whose renewals are answered with a status each, the last one for all further ones; `ahead` is its clock, in seconds. */
async function startAnswering(statuses: readonly number[], ahead = 0) {
  const questions: IncomingHttpHeaders[] = [];
  const iat = Math.floor(Date.now() / 1000) + ahead;
  const bundle = signToken(key, { version: 1, iat }, { typ: "zerohop-bundle+jwt" });
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/api/edge/bundle")) {
      if (request.headers["if-none-match"] === undefined) return void response.writeHead(200).end(bundle);
      return void setTimeout(() => response.writeHead(304).end(), 100);
    }
    const status = statuses[Math.min(questions.length, statuses.length - 1)]!;
    questions.push(request.headers);
    if (status === 204) response.setHeader("set-cookie", `zerohop_session=${token}; Path=/`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { questions, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("with a real host", () => {
  test("a noted session gets its next lease, and one that has ended is said to be over", async () => {
    const config = await writeConfig(temporaryFolder());
    const { url } = await serve(config);
    const { stdout } = await zerohop(["gate", "config", "--config", config, "--name", "traefik"]);
    const watch = watching(url, JSON.parse(stdout));
    await watch.ready();
    const body = JSON.stringify({ username: "alice", password: "demo" });
    const cookie = cookieOf(await ask(`${url}/api/firstfactor`, { method: "POST", headers: json, body }));
    const value = /(?:^|; )zerohop_session=([^;]+)/.exec(cookie)![1]!;
    const claims = JSON.parse(Buffer.from(value.split(".")[1]!, "base64url").toString());
    watch.note("0A1", `${value}\n203.0.113.9:40000\nLynx/2.9\n`);
    await vi.waitFor(() => expect(watch.answers()).toEqual([claims.sid]), patience);
    expect(watch.answerOf(claims.sid)).toMatch(/^204 \d{10} zerohop_session=[\w.-]+; /);
    await vi.waitFor(() => expect(watch.notes()).toEqual([]), patience);
    expect([watch.modeOf("asked"), watch.modeOf("answered"), watch.modeOf(`answered/${claims.sid}`)]).toEqual([
      0o700, 0o700, 0o600,
    ]);
    await ask(`${url}/api/logout`, { method: "POST", headers: { ...json, cookie }, body: "{}" });
    watch.note("0A1", `${value}\n\n\n`);
    await vi.waitFor(() => expect(watch.answerOf(claims.sid)).toBe(`410 ${claims.iat} `), patience);
    expect(watch.log()).not.toContain(value);
    expect(watch.log()).not.toContain("no session is renewed");
  });
});

test("asks as a gate does, with the visitor's address and user agent", async () => {
  const host = await startAnswering([204]);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  watch.note("FFF", `${token}\n2001:db8::1\nLynx/2.9 (X11)\n`);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
  expect(host.questions).toEqual([
    expect.objectContaining({
      authorization: `Bearer zhe_${"k".repeat(43)}`,
      "x-zerohop-session": token,
      "x-forwarded-for": "2001:db8::1",
      "user-agent": "Lynx/2.9 (X11)",
    }),
  ]);
});

test("leaves the notes where they are while the host is silent, says so once, and answers them when it is back", async () => {
  const host = await startAnswering([503, 502, 504, 401, 204]);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  watch.note("001", `${token}\n\n\n`);
  await vi.waitFor(() => expect(host.questions.length).toBeGreaterThan(1), patience);
  if (host.questions.length < 5) expect(watch.notes()).toEqual(["001"]);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
  await vi.waitFor(() => expect(watch.log()).toContain("sessions are renewed again"), patience);
  expect(watch.log().match(/answers with 503/g)).toHaveLength(1);
});

test.each([
  [422, "422"],
  [429, "429"],
  [500, "500"],
])("what the host answers about one session, %i, is told the plugin", async (status, told) => {
  const host = await startAnswering([status]);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  watch.note("001", `${token}\n\n\n`);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
  expect(watch.answerOf(sid)).toMatch(new RegExp(`^${told} \\d+ $`));
});

test("says what a host of another version lacks", async () => {
  const host = await startAnswering([404]);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  watch.note("001", `${token}\n\n\n`);
  await vi.waitFor(() => expect(watch.log()).toContain("is its version older than this one's?"), patience);
});

test("removes what is no note, waits for one that is not whole, and follows no link", async () => {
  const host = await startAnswering([204]);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  const secret = join(watch.folder, "secret");
  writeFileSync(secret, `${token}\n\n\n`);
  symlinkSync(secret, join(watch.asked, "002"));
  mkdirSync(join(watch.asked, "not-a-note"));
  watch.note("other", `${token}\n\n\n`);
  watch.note("001", "rubbish\n\n\n");
  watch.note("003", `${"x".repeat(9000)}\n\n\n`);
  await vi.waitFor(() => expect(watch.notes().sort()).toEqual(["002", "not-a-note", "other"]), patience);
  // One that was begun long ago will not be whole any more.
  const draft = join(watch.asked, "not-a-note", "draft");
  writeFileSync(draft, token);
  const old = Date.now() / 1000 - 6;
  utimesSync(draft, old, old);
  renameSync(draft, join(watch.asked, "004"));
  await vi.waitFor(() => expect(watch.notes().sort()).toEqual(["002", "not-a-note", "other"]), patience);
  expect([host.questions, watch.answers()]).toEqual([[], []]);
  watch.note("005", token);
  watch.note("005", `${token}\n\n\n`);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
  expect(host.questions).toHaveLength(1);
});

test("a folder that others could read or write is closed to them, while the watch starts and while it runs", async () => {
  const host = await startAnswering([204]);
  const folder = temporaryFolder();
  const paths = ["renewals", "renewals/asked", "renewals/answered"].map((path) => join(folder, path));
  for (const path of paths) {
    mkdirSync(path);
    chmodSync(path, path.endsWith("asked") ? 0o755 : 0o777);
  }
  const modes = () => paths.map((path) => statSync(path).mode & 0o777);
  const watch = watching(host.url, gateOf(), folder);
  await vi.waitFor(() => expect(modes()).toEqual([0o700, 0o700, 0o700]), patience);
  chmodSync(paths[1]!, 0o722);
  await vi.waitFor(() => expect(modes()).toEqual([0o700, 0o700, 0o700]), patience);
  await vi.waitFor(() => expect(watch.log().match(/others could read or write/g)).toHaveLength(2), patience);
  watch.note("001", `${token}\n\n\n`);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
});

test("a link in the folder's place is not followed, nor is what it leads to closed to anybody", async () => {
  const host = await startAnswering([204]);
  const folder = temporaryFolder();
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(join(elsewhere, "asked"), { recursive: true });
  chmodSync(elsewhere, 0o755);
  symlinkSync(elsewhere, join(folder, "renewals"));
  const watch = watching(host.url, gateOf(), folder);
  await vi.waitFor(
    () => expect(watch.log()).toMatch(/no session is renewed: the folder can't be used: E(NOTDIR|LOOP)/),
    patience,
  );
  expect([statSync(elsewhere).mode & 0o777, readdirSync(elsewhere)]).toEqual([0o755, ["asked"]]);
  expect(lstatSync(join(folder, "renewals")).isSymbolicLink()).toBe(true);
});

test.runIf(process.getuid?.() === 0)("another user's folder is not used, for they can open it again", async () => {
  const host = await startAnswering([204]);
  const folder = temporaryFolder();
  mkdirSync(join(folder, "renewals"), { mode: 0o700 });
  chownSync(join(folder, "renewals"), 65_534, 65_534);
  const watch = watching(host.url, gateOf(), folder);
  await vi.waitFor(() => expect(watch.log()).toContain("belongs to another user (65534)"), patience);
  expect(readdirSync(join(folder, "renewals"))).toEqual([]);
});

test.each([
  [20, /at least (19|20) minutes ahead of this machine's/],
  [-20, /at least (15|16) minutes behind this machine's/],
])("says once that the host's clock is %i minutes ahead", async (minutes, said) => {
  const host = await startAnswering([204], minutes * 60);
  const watch = watching(host.url, gateOf());
  await watch.ready();
  await vi.waitFor(() => expect(watch.log()).toMatch(said), patience);
  watch.note("001", `${token}\n\n\n`);
  await vi.waitFor(() => expect(watch.answers()).toEqual([sid]), patience);
  expect(watch.log().match(/host's clock/g)).toHaveLength(1);
});

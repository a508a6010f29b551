// What a gate is told when there is no answer: 503 where that concerns everybody, and another status where it is the trouble of
// the one session or credential that it asked about.
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { configText, temporaryFolder, usersText } from "../../../../workshop/host/files.ts";
import { cookieOf, logIn, movableClock, startHost, tokenOf } from "../../../../workshop/host/in-process.ts";
import { checkBasic, mint, renew } from "../../support/edge.ts";

/** Bob with so many groups that no gate reads them. */
async function grown(): Promise<string> {
  const groups = Array.from({ length: 2500 }, (_, i) => `a group with a long name ${i}`);
  return (await usersText()).replace("displayname: Bob", `displayname: Bob\n    groups: ${JSON.stringify(groups)}`);
}

const everything = (log: readonly unknown[]) => log.map((line) => JSON.stringify(line)).join("\n");

describe("a profile that no gate reads", () => {
  test("is 422 to the renewal of a session that was opened before it grew, and others are renewed", async () => {
    const folder = temporaryFolder();
    const { clock, advance } = movableClock();
    const before = await startHost({ folder, clock });
    const [edge, alice, bob] = [await mint(before), await logIn(before), await logIn(before, "bob")];
    await before.stop();
    const host = await startHost({ folder, clock, users: await grown() });
    advance(40);
    for (let i = 0; i < 3; i++) {
      const answer = await renew(host, edge, bob);
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([422, undefined]);
      expect((await renew(host, edge, alice)).status).toBe(204);
    }
    expect(everything(host.log)).toContain("too many groups");
  });

  test("is 422 to a Basic credential, and others are verified", async () => {
    const host = await startHost({ users: await grown() });
    const edge = await mint(host);
    expect((await checkBasic(host, edge, "bob", "demo")).status).toBe(422);
    expect((await checkBasic(host, edge, "alice", "demo")).status).toBe(200);
  });
});

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

const ldapText = (port: number) =>
  configText.replace(
    /authentication_backend:[\s\S]*?(?=access_control)/,
    `authentication_backend:
  ldap:
    implementation: custom
    address: ldap://127.0.0.1:${port}
    timeout: 5s
    base_dn: dc=example,dc=com
    users_filter: (uid={input})
    groups_filter: (member={dn})
    attributes: { username: uid, group_name: cn }
    user: cn=reader,dc=example,dc=com
    password: secret
`,
  );

describe("a directory that does not answer", () => {
  test("is 429 while that may be this one's trouble, in time for the gate, and 503 once it is everybody's", async () => {
    const folder = temporaryFolder();
    const { clock, advance } = movableClock();
    const before = await startHost({ folder, clock });
    const [edge, alice] = [await mint(before), await logIn(before)];
    await before.stop();
    const host = await startHost({ folder, clock, text: ldapText(await silentServer()) });
    advance(40);
    let milliseconds = 0;
    const status = async () => {
      const started = performance.now();
      const answer = await renew(host, edge, alice);
      milliseconds = performance.now() - started;
      return answer.status;
    };
    // The host has asked the directory when it started, and rests from that for a second.
    await expect.poll(status).toBe(429);
    expect(milliseconds).toBeLessThan(4500);
    await expect.poll(status).toBe(503);
  });
});

describe("what a question is about", () => {
  test("may be as long as the longest token, beside a long user agent", async () => {
    const host = await startHost();
    const edge = await mint(host);
    const longest = `${"a".repeat(4000)}.${"b".repeat(8)}.${"c".repeat(86)}`;
    expect((await renew(host, edge, `zerohop_session=${longest}`, { "user-agent": "u".repeat(512) })).status).toBe(410);
  });

  test("comes in a body from gates of before", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const [edge, alice] = [await mint(host), await logIn(host)];
    advance(40);
    const headers = { host: "zerohop_host", authorization: `Bearer ${edge}`, "x-forwarded-for": "203.0.113.7" };
    const post = (path: string, type: string, body: string) =>
      host.post(path, body, { ...headers, "content-type": type, "x-zerohop-domain": "example.com" });
    const renewed = await post("/api/edge/renew", "application/jwt", tokenOf(alice));
    expect([renewed.status, cookieOf(renewed)]).toEqual([204, expect.stringMatching(/^zerohop_session=/)]);
    expect((await post("/api/edge/renew", "application/jwt", "a".repeat(70_000))).status).toBe(413);
    const credential = Buffer.from("alice:demo").toString("base64");
    expect((await post("/api/edge/basic", "text/plain", credential)).status).toBe(200);
  });

  test("is in no line of the log, whatever is answered", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock, users: await grown() });
    const [edge, alice] = [await mint(host), await logIn(host)];
    advance(40);
    await renew(host, edge, alice);
    await renew(host, edge, "zerohop_session=not.a.session");
    await checkBasic(host, edge, "alice", "a secret that nobody logs");
    await checkBasic(host, edge, "bob", "demo");
    const log = everything(host.log);
    expect(log).toContain("/api/edge/basic");
    for (const secret of [tokenOf(alice), "not.a.session", edge, "a secret that nobody logs"])
      for (const form of [secret, Buffer.from(`alice:${secret}`).toString("base64")]) expect(log).not.toContain(form);
    expect(log).not.toContain(Buffer.from("bob:demo").toString("base64"));
  });
});

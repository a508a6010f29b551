import { describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { cookieOf, movableClock, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { base, service, slapdProgram, startOwnSlapd } from "../../../workshop/servers/slapd.ts";
import { mint, renew } from "../support/edge.ts";
import { linkFor, setPassword } from "../support/password-reset.ts";
import { attempt, getBanned } from "../support/regulation.ts";

function withLdap(port: number): string {
  return configText.replace(
    "  file:\n    path: users.yml\n",
    `  refresh_interval: always
  ldap:
    address: ldap://127.0.0.1:${port}
    base_dn: ${base}
    user: ${service.dn}
    password: ${service.password}
    timeout: 1s
`,
  );
}

const credentials = { username: "alice", password: "demo" };

describeWith(slapdProgram, "a host with an LDAP directory", () => {
  test("logs in, and keeps sessions through an outage and its own restart", async () => {
    const slapd = await startOwnSlapd();
    const text = withLdap(slapd.port);
    const host = await startHost({ text });
    const login = await host.postJson("/api/firstfactor", credentials);
    expect(login.status).toBe(200);
    const cookie = cookieOf(login);
    expect(payloadOf(cookie)).toMatchObject({
      sub: "alice",
      name: "Alice Liddell",
      groups: ["admins", "dev", "elsewhere"],
    });
    expect((await host.get("/", { cookie })).headers["set-cookie"]).toBeDefined();

    const edgeToken = await mint(host);
    expect((await renew(host, edgeToken, cookie)).status).toBe(204);

    await slapd.kill();
    expect((await renew(host, edgeToken, cookie)).status).toBe(503);
    expect((await host.get("/", { cookie })).status).toBe(503);
    expect((await host.get("/api/state", { cookie })).status).toBe(503);
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(503);
    await host.stop();
    const restarted = await startHost({ text, folder: host.folder });
    expect((await restarted.get("/", { cookie })).status).toBe(503);

    await slapd.start();
    await expect.poll(async () => (await restarted.get("/", { cookie })).status).toBe(200);
    expect(JSON.parse((await restarted.get("/api/state", { cookie })).body).data.username).toBe("alice");
    expect((await renew(restarted, edgeToken, cookie)).status).toBe(204);

    slapd.apply(`dn: uid=alice,ou=people,${base}\nchangetype: modify\nreplace: nsAccountLock\nnsAccountLock: TRUE\n`);
    expect(JSON.parse((await restarted.get("/api/state", { cookie })).body).data.username).toBe("");
    expect((await renew(restarted, edgeToken, cookie)).status).toBe(410);
  });

  test("keeps out who is banned under another name too that the directory has been asked for", async () => {
    const slapd = await startOwnSlapd();
    const { clock, advance } = movableClock();
    const host = await startHost({ text: withLdap(slapd.port), clock });
    const names = ["alice", "ALICE", "alice@example.com"];
    for (const username of names) expect((await attempt(host, { username, password: "demo" })).status).toBe(200);
    await getBanned(host, advance, { username: "alice" });
    for (const username of names) expect((await attempt(host, { username, password: "demo" })).status).toBe(429);
    expect((await attempt(host, { username: "bob", password: "demo" })).status).toBe(200);
  });

  test("keeps out who is banned under another name that it hears for the first time since its start", async () => {
    const slapd = await startOwnSlapd();
    const { clock, advance } = movableClock();
    const text = withLdap(slapd.port);
    const host = await startHost({ text, clock });
    await getBanned(host, advance, { username: "alice" });
    await host.stop();
    const restarted = await startHost({ text, clock, folder: host.folder });
    for (const password of ["demo", "wrong"])
      expect((await attempt(restarted, { username: "alice@example.com", password })).status).toBe(429);
    expect((await attempt(restarted, { username: "bob@example.com", password: "demo" })).status).toBe(200);
  });

  test("knows a place where somebody has logged in, whatever name it hears first after its start", async () => {
    const slapd = await startOwnSlapd();
    const text = withLdap(slapd.port);
    const host = await startHost({ text });
    const first = await host.postJson("/api/firstfactor", credentials);
    const browser = (first.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");
    await host.stop();
    const restarted = await startHost({ text, folder: host.folder });
    const again = { ...credentials, username: "alice@example.com" };
    expect((await restarted.postJson("/api/firstfactor", again, { cookie: browser })).status).toBe(200);
    const logins = [...host.log, ...restarted.log].filter(({ audit }) => audit === "login");
    expect(logins.map(({ new_place }) => new_place)).toEqual([true, undefined]);
  });

  test("answers the same for a wrong password, somebody unknown and somebody disabled", async () => {
    const slapd = await startOwnSlapd();
    const host = await startHost({ text: withLdap(slapd.port) });
    const answers = [];
    for (const username of ["alice", "mallory", "carol", "*"])
      answers.push(await host.postJson("/api/firstfactor", { username, password: "wrong" }));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(401);
  });
});

describeWith(slapdProgram, "a password in an LDAP directory with rules of its own", () => {
  const short = "purple walrus moons";
  const good = "purple walrus counts nine moons";

  test("is changed on the account page, unless the directory does not take it", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    const host = await startHost({ text: withLdap(slapd.port) });
    const cookie = cookieOf(await host.postJson("/api/firstfactor", credentials));
    const other = cookieOf(await host.postJson("/api/firstfactor", credentials));
    expect((await host.get("/account", { cookie })).body).toContain('href="/account/password"');
    const change = (next: string, session: string, current = "demo") =>
      host.submit(
        "/account/password",
        { current_password: current, password: next, password_again: next },
        { cookie: session },
      );
    const refused = await change(short, cookie);
    expect([refused.status, refused.body.includes("The directory does not take this password")]).toEqual([422, true]);
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(200);

    const changed = await change(good, cookie);
    expect(changed.status).toBe(303);
    expect(JSON.parse((await host.get("/api/state", { cookie: other })).body).data.username).toBe("");
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(401);
    const next = { ...credentials, password: good };
    expect((await host.postJson("/api/firstfactor", next)).status).toBe(200);
    // The server remembers the last ones: back is no way.
    const second = await change(`${good} again`, cookieOf(changed), good);
    expect(second.status).toBe(303);
    expect((await change(good, cookieOf(second), `${good} again`)).status).toBe(422);
  });

  test("is reset by e-mail, with a link that stays good while the directory does not take the new one", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    const notifier = "notifier:\n  filesystem:\n    filename: mails.txt\n";
    const host = await startHost({ text: withLdap(slapd.port) + notifier });
    const link = await linkFor(host, "Alice@example.com");
    expect((await setPassword(host, link, short)).status).toBe(422);
    await slapd.kill();
    expect((await setPassword(host, link, good)).status).toBe(503);
    await slapd.start();
    await expect.poll(async () => (await setPassword(host, link, good)).status).toBe(303);
    expect((await setPassword(host, link, `${good} again`)).status).toBe(410);
    expect((await host.postJson("/api/firstfactor", { ...credentials, password: good })).status).toBe(200);
  });
});

describe("a host whose LDAP server is not there", () => {
  test("starts all the same", async () => {
    const host = await startHost({ text: withLdap(1) });
    expect((await host.get("/")).status).toBe(200);
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(503);
  });
});

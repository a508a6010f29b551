import { expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { base, type Slapd, service, slapdProgram, startOwnSlapd } from "../../../workshop/servers/slapd.ts";
import { checkBasic, mint, renew } from "../support/edge.ts";

function withLdap(port: number): string {
  return configText.replace(
    "  file:\n    path: users.yml\n",
    `  refresh_interval: always
  ldap:
    address: ldap://127.0.0.1:${port}
    base_dn: ${base}
    additional_users_dn: ou=people
    user: ${service.dn}
    password: ${service.password}
    timeout: 5s
`,
  );
}

const good = "purple walrus counts nine moons";
const dn = `uid=alice,ou=people,${base}`;

function modify(slapd: Slapd, entry: string, ...lines: readonly string[]): void {
  slapd.apply(`dn: ${entry}\nchangetype: modify\n${lines.join("\n")}\n`, "-e", "relax");
}

/** What makes alice's right password good for nothing but setting a new one. */
const expired = (slapd: Slapd) => {
  modify(slapd, `cn=policy,${base}`, "replace: pwdMaxAge", "pwdMaxAge: 86400");
  modify(slapd, dn, "replace: pwdChangedTime", "pwdChangedTime: 20200101000000Z");
};

/** The directory lets it in some more times. */
const expireWithGrace = (slapd: Slapd) => {
  modify(slapd, `cn=policy,${base}`, "replace: pwdGraceAuthNLimit", "pwdGraceAuthNLimit: 9");
  expired(slapd);
};

const ways: readonly (readonly [string, (slapd: Slapd) => void])[] = [
  ["set by somebody else", (slapd) => modify(slapd, dn, "replace: pwdReset", "pwdReset: TRUE")],
  ["expired", expired],
  ["expired with a grace login left", expireWithGrace],
];

function setNew(host: TestHost, next: string, { current = "demo", again = next, username = "alice" } = {}) {
  const fields = {
    username,
    current_password: current,
    password: next,
    password_again: again,
    rd: "https://app.example.com/x",
  };
  return host.submit("/login/new-password", fields);
}

const sessionIn = (headers: Record<string, unknown>) =>
  JSON.stringify(headers["set-cookie"] ?? "").includes("zerohop_session=ey");

describeWith(slapdProgram, "a password in a directory with password policies", () => {
  test.each(ways)("that was %s leads to a new one, and to a session by nothing else", async (_, expire) => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    const host = await startHost({ text: withLdap(slapd.port) });
    const edgeToken = await mint(host);
    const before = await logIn(host);
    expire(slapd);

    const page = await host.submit("/login", { username: "alice", password: "demo", rd: "https://app.example.com/x" });
    expect([page.status, sessionIn(page.headers)]).toEqual([403, false]);
    for (const part of [
      "Set a new password",
      'action="/login/new-password"',
      'name="rd" value="https://app.example.com/x"',
    ])
      expect(page.body).toContain(part);
    const wrong = await host.submit("/login", { username: "alice", password: "wrong" });
    expect([wrong.status, wrong.body.includes("Set a new password")]).toEqual([401, false]);
    const api = await host.postJson("/api/firstfactor", { username: "alice", password: "demo" });
    expect([api.status, sessionIn(api.headers), JSON.parse(api.body).message]).toEqual([
      401,
      false,
      "The password has expired. Set a new one on the login page.",
    ]);
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(403);
    const authorization = `Basic ${Buffer.from("alice:demo").toString("base64")}`;
    const forwardAuth = {
      "proxy-authorization": authorization,
      "x-original-url": "https://app.example.com/",
      "x-original-method": "GET",
    };
    expect((await host.get("/api/authz/auth-request", forwardAuth)).status).not.toBe(200);
    expect(host.log).toContainEqual(
      expect.objectContaining({ audit: "login", outcome: "failure", user: "alice", reason: "password expired" }),
    );

    const short = await setNew(host, "purple walrus moons");
    expect([short.status, sessionIn(short.headers)]).toEqual([422, false]);
    expect(short.body).toContain("The directory does not take this password");
    expect(short.body).toContain("Password fails quality checking policy");
    expect((await setNew(host, good, { again: `${good}!` })).body).toContain("The two new passwords differ");
    expect((await setNew(host, good, { current: "wrong" })).status).toBe(401);
    expect((await setNew(host, good, { username: "nobody" })).status).toBe(401);

    const set = await setNew(host, good);
    expect([set.status, set.headers.location]).toEqual([303, "https://app.example.com/x"]);
    expect(payloadOf(cookieOf(set))).toMatchObject({ sub: "alice", level: 1 });
    expect((await renew(host, edgeToken, before)).status).toBe(410);
    expect((await renew(host, edgeToken, cookieOf(set))).status).toBe(204);
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: "demo" })).status).toBe(401);
    expect((await checkBasic(host, edgeToken, "alice", good)).status).toBe(200);
    expect(host.log).toContainEqual(
      expect.objectContaining({ audit: "password change", user: "alice", outcome: "success" }),
    );
  });

  test("that has expired is good after the new one, also where what the service account sets counts as a reset", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    modify(slapd, `cn=policy,${base}`, "replace: pwdMustChange", "pwdMustChange: TRUE");
    const host = await startHost({ text: withLdap(slapd.port) });
    expired(slapd);
    const set = await setNew(host, good);
    expect([set.status, sessionIn(set.headers)]).toEqual([303, true]);
  });

  test("that is good changes nothing at the form for expired ones, which has no second factor before it", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    const host = await startHost({ text: withLdap(slapd.port) });
    expect((await setNew(host, good)).status).toBe(303);
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: good })).status).toBe(401);
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: "demo" })).status).toBe(200);
  });

  test("that the directory still takes lets its user in where the config has passwords changed elsewhere", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    const text = withLdap(slapd.port).replace("  ldap:\n", "  password_change: { disable: true }\n  ldap:\n");
    const host = await startHost({ text });
    const edgeToken = await mint(host);
    expireWithGrace(slapd);
    const login = await host.submit("/login", { username: "alice", password: "demo" });
    expect([login.status, sessionIn(login.headers)]).toEqual([303, true]);
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(200);
    // Without such logins left, nobody gets in by it.
    modify(slapd, `cn=policy,${base}`, "replace: pwdGraceAuthNLimit", "pwdGraceAuthNLimit: 0");
    const refused = await host.submit("/login", { username: "alice", password: "demo" });
    expect([refused.status, sessionIn(refused.headers)]).toEqual([403, false]);
  });

  test("that is locked lets nobody in, and offers no new one", async () => {
    const slapd = await startOwnSlapd({ passwordPolicy: true });
    modify(slapd, `cn=policy,${base}`, "replace: pwdLockout", "pwdLockout: TRUE");
    modify(
      slapd,
      dn,
      "replace: pwdAccountLockedTime",
      "pwdAccountLockedTime: 20200101000000Z",
      "-",
      "replace: pwdReset",
      "pwdReset: TRUE",
    );
    const host = await startHost({ text: withLdap(slapd.port) });
    expect((await host.submit("/login", { username: "alice", password: "demo" })).status).toBe(401);
  });
});

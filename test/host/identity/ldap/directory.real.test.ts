import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ldapKeys, ldapSettings } from "../../../../host/identity/ldap/config.ts";
import { tlsFiles } from "../../../../workshop/certificates/tls-files.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { describeWith } from "../../../../workshop/programs/needed.ts";
import {
  base,
  serverName,
  service,
  slapdProgram,
  startOwnSlapd,
  startSlapd,
} from "../../../../workshop/servers/slapd.ts";
import { type Keys, openDirectory } from "../../support/directory.ts";

/** A server that does what the test says; returns its address. */
async function listen(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const alice = {
  name: "alice",
  displayName: "Alice Liddell",
  email: "alice@example.com",
  groups: ["admins", "dev", "elsewhere"],
};

describeWith(slapdProgram, "the groups of an LDAP directory", () => {
  const entry = (dn: string, ...lines: readonly string[]) => `dn: ${dn}\nchangetype: add\n${lines.join("\n")}\n\n`;

  test("are read in pages, beyond what the server gives in one answer", async () => {
    const slapd = await startOwnSlapd();
    // slapd gives 500 entries in one answer.
    const names = Array.from({ length: 1200 }, (_, index) => `team-${index}`);
    const member = `member: uid=bob,ou=people,${base}`;
    slapd.apply(names.map((cn) => entry(`cn=${cn},ou=groups,${base}`, "objectClass: groupOfNames", member)).join(""));
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${slapd.port}`, timeout: "10s" });
    expect((await directory.find("bob"))?.groups).toEqual(["dev", ...names].sort());
  });

  test("are not taken for all when a part of them is on another server", async () => {
    const slapd = await startOwnSlapd();
    const elsewhere = "ldap://other.example.com/ou=more,dc=example,dc=com";
    slapd.apply(
      entry(
        `ou=more,ou=groups,${base}`,
        "objectClass: referral",
        "objectClass: extensibleObject",
        "ou: more",
        `ref: ${elsewhere}`,
      ),
    );
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${slapd.port}` });
    expect(await directory.verify("alice", "demo")).toMatchObject({
      outcome: "unavailable",
      reason: expect.stringContaining(`on another server, which is not asked: ${elsewhere}`),
      scope: "user",
    });
  });
});

describeWith(slapdProgram, "an LDAP directory", () => {
  let slapd: Awaited<ReturnType<typeof startSlapd>>;
  let address: string;
  beforeAll(async () => {
    slapd = await startSlapd();
    address = `ldap://127.0.0.1:${slapd.port}`;
  });
  afterAll(() => slapd.end());

  test("verifies a password and knows the profile", async () => {
    const { directory } = openDirectory({ address });
    expect(await directory.verify("alice", "demo")).toEqual({ outcome: "verified", user: alice });
    expect(await directory.find("alice")).toEqual(alice);
    expect(await directory.find("bob")).toEqual({
      name: "bob",
      displayName: "Böb Ņø",
      email: "bob@example.com",
      groups: ["dev"],
    });
  });

  test("takes the mail address for a name as well, and gives the user's own name", async () => {
    const { directory } = openDirectory({ address });
    for (const input of ["alice@example.com", "ALICE", "Alice@Example.com"])
      expect(await directory.verify(input, "demo")).toMatchObject({ outcome: "verified", user: { name: "alice" } });
  });

  test("looks up at a renewal what it named itself, and nothing that is only like it", async () => {
    const { directory } = openDirectory({ address });
    for (const name of ["alice@example.com", "ALICE", "mallory", "", "*"])
      expect(await directory.find(name)).toBeUndefined();
  });

  test.each([
    ["alice", "Demo", "wrong password"],
    ["alice", "demo\0", "wrong password"],
    ["mallory", "demo", "unknown user"],
    ["nopass", "demo", "wrong password"],
    ["twin@example.com", "demo", "unknown user"],
  ])("refuses %s with the password %j: %s", async (name, password, reason) => {
    const { directory } = openDirectory({ address });
    expect(await directory.verify(name, password)).toEqual({ outcome: "refused", reason });
  });

  test("refuses an empty password, which the server itself would take (RFC 4513, section 5.1.2)", async () => {
    const own = await startOwnSlapd({ allowUnauthenticated: true });
    for (const keys of [{}, { user_dn_template: `uid={username},ou=people,${base}` }]) {
      const { directory } = openDirectory({ address: `ldap://127.0.0.1:${own.port}`, ...keys });
      expect(await directory.verify("alice", "")).toEqual({ outcome: "refused", reason: "wrong password" });
      expect(await directory.verify("mallory", "")).toEqual({ outcome: "refused", reason: "unknown user" });
    }
  });

  test.each([
    "*",
    "a*",
    "*)(uid=*",
    "alice)(objectClass=*",
    "alice)(|(uid=*",
    "*)(|(objectClass=*))",
    "alice\0",
    "\\61lice",
    "alice)(&)",
    "alice,ou=people",
    `alice,ou=people,${base}`,
    "alice+cn=alice",
    "a\\2c",
    "#616c696365",
    " alice",
    "alice ",
    "\ud800",
    "x".repeat(300),
  ])("does not let %j be more than a name", async (name) => {
    for (const keys of [{}, { user_dn_template: `uid={username},ou=people,${base}` }]) {
      const { directory } = openDirectory({ address, ...keys });
      expect(await directory.verify(name, "demo")).toEqual({ outcome: "refused", reason: "unknown user" });
      expect(await directory.find(name)).toBeUndefined();
    }
  });

  test("lets somebody in whose name is full of special characters", async () => {
    const name = "o, m*(x)\\";
    for (const keys of [{}, { user_dn_template: `uid={username},ou=people,${base}` }]) {
      const { directory } = openDirectory({ address, ...keys });
      expect(await directory.verify(name, "demo")).toMatchObject({
        outcome: "verified",
        user: { name, groups: ["dev"] },
      });
      expect(await directory.verify("zoë", "demo")).toMatchObject({ user: { groups: ["largest"] } });
    }
  });

  test("binds directly with a template, for names only", async () => {
    const { directory } = openDirectory({ address, user_dn_template: `uid={username},ou=people,${base}` });
    expect(await directory.verify("alice", "demo")).toEqual({ outcome: "verified", user: alice });
    expect(await directory.find("alice")).toEqual(alice);
    expect(await directory.verify("alice", "wrong")).toEqual({ outcome: "refused", reason: "wrong password" });
    expect(await directory.verify("alice@example.com", "demo")).toEqual({ outcome: "refused", reason: "unknown user" });
  });

  test.each(["carol", "dora", "fred"])("knows that %s is disabled or expired", async (name) => {
    const { directory } = openDirectory({ address });
    expect(await directory.verify(name, "demo")).toEqual({ outcome: "refused", reason: "disabled user" });
    expect(await directory.verify(name, "wrong")).toEqual({ outcome: "refused", reason: "disabled user" });
    expect(await directory.find(name)).toBeUndefined();
    expect(await directory.changePassword(name, "new")).toEqual({ outcome: "refused", reason: "disabled user" });
  });

  test("asks for a new password where the one there is has expired", async () => {
    const { directory } = openDirectory({ address });
    expect(await directory.verify("gina", "demo")).toEqual({ outcome: "expired", user: { name: "gina", groups: [] } });
    expect(await directory.verify("gina", "wrong")).toEqual({ outcome: "refused", reason: "wrong password" });
    expect(await directory.find("gina")).toBeUndefined();
  });

  test.each(["emil", "hugo"])("knows that %s is not", async (name) => {
    expect(await openDirectory({ address }).directory.verify(name, "demo")).toMatchObject({ outcome: "verified" });
  });

  test("takes groups from memberOf below the groups' base", async () => {
    const keys = { address, group_search_mode: "memberof" };
    expect((await openDirectory(keys).directory.find("alice"))?.groups).toEqual(["admins", "dev", "elsewhere"]);
    const below = { ...keys, additional_groups_dn: "OU=Groups" };
    expect((await openDirectory(below).directory.find("alice"))?.groups).toEqual(["admins", "dev"]);
  });

  test("searches groups below their base, by a filter of one's own, or not at all", async () => {
    const groupsOf = async (keys: Keys) => (await openDirectory({ address, ...keys }).directory.find("alice"))?.groups;
    expect(await groupsOf({ additional_groups_dn: "ou=roles" })).toEqual(["elsewhere"]);
    expect(await groupsOf({ groups_filter: "(&(member={dn})(cn=d*))" })).toEqual(["dev"]);
    expect(await groupsOf({ groups_filter: "" })).toEqual([]);
  });

  test("leaves out a group that would be two in a header, or another one, or a line of its own", async () => {
    const groups = (await openDirectory({ address }).directory.find("bob"))?.groups;
    expect(groups).toEqual(["dev"]);
  });

  test("leaves out texts that no header or cookie can carry", async () => {
    const { directory } = openDirectory({ address });
    for (const name of ["eve", "long"])
      expect(await directory.verify(name, "demo")).toEqual({ outcome: "verified", user: { name, groups: [] } });
  });

  test.each([
    ["ldaps", () => ({ address: `ldaps://127.0.0.1:${slapd.securePort}` })],
    ["StartTLS", () => ({ address, start_tls: true })],
  ])("speaks TLS by %s, with the server that the certificate names", async (_, keys) => {
    const tls = { ca_file: slapd.tls.authority, server_name: serverName };
    const verify = (tlsKeys: Keys) => openDirectory({ ...keys(), tls: tlsKeys }).directory.verify("alice", "demo");
    expect(await verify(tls)).toMatchObject({ outcome: "verified" });
    expect(await verify({ ...tls, minimum_version: "TLS1.3" })).toMatchObject({ outcome: "verified" });
    const other = await tlsFiles(temporaryFolder(), serverName);
    expect(await verify({ ...tls, ca_file: other.authority })).toMatchObject({
      outcome: "unavailable",
      reason: expect.stringMatching(/certificate/),
    });
    expect(await verify({ server_name: serverName })).toMatchObject({ outcome: "unavailable" });
    for (const server_name of ["other.test", "127.0.0.1"])
      expect(await verify({ ...tls, server_name })).toMatchObject({
        outcome: "unavailable",
        reason: expect.stringMatching(/altnames/),
      });
    expect(await verify({ ca_file: slapd.tls.authority })).toMatchObject({ outcome: "unavailable" });
  });

  test("speaks over a Unix socket", async () => {
    const { directory } = openDirectory({ address: `ldapi://${slapd.socket}` });
    expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
  });

  test("does without a connection rather than without TLS", async () => {
    const plain = await startOwnSlapd({ certificate: false });
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${plain.port}`, start_tls: true });
    expect(await directory.verify("alice", "demo")).toMatchObject({
      outcome: "unavailable",
      reason: expect.stringMatching(/refused StartTLS/),
    });
    await expect(directory.find("alice")).rejects.toThrow(/refused StartTLS/);
  });

  test("tells an outage from a user who is gone, and recovers", async () => {
    const own = await startOwnSlapd();
    const { directory, log } = openDirectory({ address: `ldap://127.0.0.1:${own.port}` });
    expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
    await own.kill();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(directory.find("alice")).rejects.toMatchObject({ name: "DirectoryUnavailable" });
      await expect(directory.find("mallory")).rejects.toMatchObject({ name: "DirectoryUnavailable" });
      expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "unavailable" });
      expect(await directory.changePassword("alice", "other")).toMatchObject({ outcome: "unavailable" });
    }
    await own.start();
    await expect.poll(() => directory.find("alice").catch(() => "down")).toEqual(alice);
    expect(await directory.find("mallory")).toBeUndefined();
    expect(log.map(({ msg }) => msg)).toEqual([
      "the user directory is not available",
      "the user directory can be reached again",
    ]);
  });

  test("goes on at once when the server was restarted between two lookups", async () => {
    const own = await startOwnSlapd();
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${own.port}` });
    await Promise.all(["alice", "bob", "emil", "zoë"].map((name) => directory.find(name)));
    await own.kill();
    await own.start();
    expect(await directory.find("alice")).toEqual(alice);
  });

  test("notices at the next lookup that somebody was disabled, removed or taken out of a group", async () => {
    const own = await startOwnSlapd();
    const { directory, advance } = openDirectory({ address: `ldap://127.0.0.1:${own.port}` }, 60);
    expect((await directory.find("alice"))?.groups).toContain("admins");
    expect(await directory.find("bob")).toBeDefined();
    expect(await directory.find("emil")).toBeDefined();
    own.apply(`dn: cn=admins,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=bob,ou=people,${base}\n`);
    own.apply(
      `dn: cn=admins,ou=groups,${base}\nchangetype: modify\ndelete: member\nmember: uid=alice,ou=people,${base}\n`,
    );
    own.apply(
      `dn: uid=emil,ou=people,${base}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n`,
    );
    expect((await directory.find("alice"))?.groups).toContain("admins");
    advance(60);
    expect((await directory.find("alice"))?.groups).toEqual(["dev", "elsewhere"]);
    expect((await directory.find("bob"))?.groups).toEqual(["admins", "dev"]);
    expect(await directory.find("emil")).toBeUndefined();
    own.apply(`dn: uid=bob,ou=people,${base}\nchangetype: delete\n`);
    advance(60);
    expect(await directory.find("bob")).toBeUndefined();
  });

  test("does not take a wrong config for users who are gone", async () => {
    for (const keys of [{ password: "wrong" }, { additional_users_dn: "ou=nowhere" }, { user: `cn=x,${base}` }]) {
      const { directory } = openDirectory({ address, ...keys });
      await expect(directory.find("alice")).rejects.toMatchObject({ name: "DirectoryUnavailable" });
      expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "unavailable" });
    }
  });

  test("gives up on a server that accepts and never answers, and soon says no at once", async () => {
    const silent = await listen(() => {});
    for (const keys of [{}, { start_tls: true }, { user_dn_template: `uid={username},ou=people,${base}` }]) {
      const { directory } = openDirectory({ address: silent, ...keys });
      const started = performance.now();
      expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "unavailable" });
      expect(performance.now() - started).toBeLessThan(15_000);
      const again = performance.now();
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => directory.verify("alice", "demo")));
      expect(outcomes.every(({ outcome }) => outcome === "unavailable")).toBe(true);
      expect(performance.now() - again).toBeLessThan(900);
    }
  });

  test("believes nothing that came before TLS began", async () => {
    const agreed = Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00]);
    const bindAccepted = Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x02, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00]);
    const received: Buffer[] = [];
    const injecting = await listen((socket) => {
      socket.on("data", (chunk: Buffer) => received.push(chunk));
      socket.once("data", () => socket.write(Buffer.concat([agreed, bindAccepted])));
    });
    const { directory } = openDirectory({ address: injecting, start_tls: true });
    expect(await directory.verify("alice", "demo")).toMatchObject({
      outcome: "unavailable",
      reason: expect.stringMatching(/between StartTLS and TLS/),
    });
    expect(Buffer.concat(received).toString("latin1")).not.toContain(service.password);
  });

  test("survives a server that answers nonsense", async () => {
    for (const nonsense of ["HTTP/1.1 400 Bad Request\r\n\r\n", "\x30\x84\xff\xff\xff\xff", "\0".repeat(64)]) {
      const address = await listen((socket) => void socket.once("data", () => socket.write(nonsense, "latin1")));
      for (const start_tls of [false, true]) {
        const { directory } = openDirectory({ address, start_tls });
        expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "unavailable" });
      }
    }
  });

  test("answers a hundred logins at once with few connections", async () => {
    const { directory } = openDirectory({ address });
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => directory.verify("emil", "demo")));
    expect(outcomes.filter(({ outcome }) => outcome === "verified")).toHaveLength(100);
  });

  test("changes a password by the server's own operation (RFC 3062)", async () => {
    const own = await startOwnSlapd();
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${own.port}` });
    expect(await directory.changePassword("alice", "nöw another")).toEqual({ outcome: "changed" });
    expect(await directory.verify("alice", "demo")).toEqual({ outcome: "refused", reason: "wrong password" });
    expect(await directory.verify("alice", "nöw another")).toMatchObject({ outcome: "verified" });
    expect(await directory.changePassword("mallory", "x")).toEqual({ outcome: "refused", reason: "unknown user" });
    expect(await directory.changePassword("alice@example.com", "x")).toMatchObject({ outcome: "refused" });
  });

  test("takes letters in whatever form they are typed for a password that it has set", async () => {
    const own = await startOwnSlapd();
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${own.port}` });
    expect(await directory.changePassword("alice", "e\u0301le\u0301phant bleu")).toEqual({ outcome: "changed" });
    expect(await directory.verify("alice", "\u00e9l\u00e9phant bleu")).toMatchObject({ outcome: "verified" });
    expect(await directory.verify("alice", "e\u0301le\u0301phant bleu")).toMatchObject({ outcome: "verified" });
    // A server's own tool has set this one as it was typed.
    own.apply(
      `dn: uid=bob,ou=people,${base}\nchangetype: modify\nreplace: userPassword\nuserPassword:: ${Buffer.from("e\u0301").toString("base64")}\n`,
    );
    expect(await directory.verify("bob", "e\u0301")).toMatchObject({ outcome: "verified" });
    expect(await directory.verify("bob", "wrong e\u0301")).toMatchObject({ outcome: "refused" });
  });

  test("knows whom a name or an address means, and nobody by an address that several have", async () => {
    const { directory } = openDirectory({ address });
    for (const input of ["alice", "ALICE", "alice@example.com", "Alice@Example.COM"])
      expect(await directory.identify(input)).toEqual(alice);
    for (const input of ["mallory", "twin@example.com", "carol", "*", "alice)(uid=*", ""])
      expect(await directory.identify(input)).toBeUndefined();
  });

  test("changes a password as Active Directory wants it, over TLS only", async () => {
    const own = await startOwnSlapd();
    const keys = { implementation: "activedirectory", users_filter: "(uid={input})" };
    const plain = openDirectory({ address: `ldap://127.0.0.1:${own.port}`, ...keys }).directory;
    expect(await plain.changePassword("alice", "another")).toMatchObject({ outcome: "unavailable" });
    expect(await plain.canChangePasswords()).toBe(false);
    const tls = { ca_file: own.tls.authority, server_name: serverName };
    const secure = openDirectory({ address: `ldaps://127.0.0.1:${own.securePort}`, tls, ...keys }).directory;
    expect(await secure.changePassword("alice", "änother")).toEqual({ outcome: "changed" });
    const written = own.read(`uid=alice,ou=people,${base}`, "unicodePwd");
    expect(Buffer.from(written, "base64").toString("utf16le")).toBe('"änother"');
  });

  test("never logs a password", async () => {
    const { directory, log } = openDirectory({ address: await listen((socket) => socket.destroy()) });
    await directory.verify("alice", "a secret of mine");
    expect(JSON.stringify(log)).not.toMatch(/a secret of mine|the service's own/);
  });
});

describe("the preset", () => {
  test.each([
    ["openldap", { username: "uid" }, ""],
    ["freeipa", { username: "uid" }, ""],
    ["lldap", { username: "uid", displayName: "cn" }, "ou=people,"],
    ["activedirectory", { username: "sAMAccountName" }, ""],
  ])("%s fills in what is not given", (implementation, attributes, people) => {
    const keys = { address: "ldap://x", base_dn: base, user: "cn=x", password: "x", implementation };
    const settings = ldapSettings(ldapKeys.parse(keys), "/");
    expect(settings.attributes).toMatchObject(attributes);
    expect(settings.users.base).toBe(`${people}${base}`);
    expect(settings.users.filter).toContain(`(${settings.attributes.username}={input})`);
    expect(settings.groups.filter).toContain("(member={dn})");
  });

  test("gives way to what is given", () => {
    const keys = {
      address: "ldap://x",
      base_dn: base,
      user: "cn=x",
      password: "x",
      additional_users_dn: "ou=staff",
      users_filter: "({username_attribute}={input})",
      attributes: { username: "employeeNumber" },
      tls: { ca_file: "ca.pem" },
    };
    const settings = ldapSettings(ldapKeys.parse(keys), "/etc/zerohop");
    expect(settings.users).toEqual({ base: `ou=staff,${base}`, filter: "(employeeNumber={input})" });
    expect(settings.tls.caFile).toBe(join("/etc/zerohop", "ca.pem"));
  });
});

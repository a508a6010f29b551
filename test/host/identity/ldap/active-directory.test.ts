import { expect, test } from "vitest";
import { configText, temporaryFolder } from "../../../../workshop/host/files.ts";
import { cookieOf, payloadOf, startHost } from "../../../../workshop/host/in-process.ts";
import {
  controllerName,
  domain,
  serviceAccount,
  startActiveDirectory,
} from "../../../../workshop/servers/active-directory.ts";
import { openDirectory } from "../../support/directory.ts";

const good = "purple walrus counts nine moons";

async function start(more = {}) {
  const server = await startActiveDirectory(temporaryFolder());
  const keys = {
    ...{
      implementation: "activedirectory",
      address: server.address,
      tls: { ca_file: server.tls.authority, server_name: controllerName },
    },
    ...{ base_dn: domain, additional_users_dn: "CN=Users", timeout: "5s", ...more },
    ...{ user: serviceAccount.dn, password: serviceAccount.password },
  };
  return { server, keys, ...openDirectory(keys) };
}

test.each(["532", "773"])(
  "a bind that Active Directory refuses with data %s has the right password, and asks for a new one",
  async (data) => {
    const { server, directory } = await start();
    server.account.data = data;
    expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "expired", user: { name: "alice" } });
    expect(await directory.verify("alice", "wrong")).toEqual({ outcome: "refused", reason: "wrong password" });
    expect(await directory.changePassword("alice", "short", "demo")).toMatchObject({
      outcome: "refused",
      reason: "password policy",
    });
    expect(await directory.changePassword("alice", good, "demo")).toEqual({ outcome: "changed" });
    expect(await directory.verify("alice", good)).toMatchObject({ outcome: "verified" });
  },
);

test.each(["530", "531", "533", "701", "775"])("a bind that it refuses with data %s asks for nothing", async (data) => {
  const { server, directory } = await start();
  server.account.data = data;
  expect(await directory.verify("alice", "demo")).toEqual({ outcome: "refused", reason: "disabled user" });
});

test.each([1, 1500, 1501, 4600])(
  "%i groups of an entry are read whole, in the parts that the server gives",
  async (count) => {
    const { server, directory } = await start({ group_search_mode: "memberof" });
    server.account.groups = Array.from({ length: count }, (_, index) => `group-${index}`);
    expect((await directory.find("alice"))?.groups).toHaveLength(count);
  },
);

test("groups beyond the limit are told, and not cut short", async () => {
  const { server, directory } = await start({ group_search_mode: "memberof" });
  server.account.groups = Array.from({ length: 15_000 }, (_, index) => `group-${index}`);
  expect(await directory.verify("alice", "demo")).toEqual({
    outcome: "unavailable",
    reason: expect.stringContaining("the attribute memberOf cannot be read whole"),
    scope: "user",
  });
});

test("the partitions that every domain refers to count for nothing; another server's part is told", async () => {
  const { server, directory } = await start();
  server.referrals = [
    `ldaps://DomainDnsZones.corp.example.com/DC=DomainDnsZones,${domain}`,
    `ldaps://ForestDnsZones.corp.example.com/DC=ForestDnsZones,${domain}`,
    `ldaps://corp.example.com/CN=Configuration,${domain}`,
  ];
  expect(await directory.verify("alice", "demo")).toMatchObject({ outcome: "verified" });
  server.referrals = [`ldap://child.corp.example.com/DC=child,${domain}`];
  expect(await directory.verify("alice", "demo")).toEqual({
    outcome: "unavailable",
    reason: `the search for groups is not complete: a part of them is on another server, which is not asked: ldap://child.corp.example.com/DC=child,${domain}`,
    scope: "user",
  });
});

test("of several addresses the first that a header can carry counts", async () => {
  const { server, directory } = await start();
  server.account.mail = [`${"x".repeat(300)}@example.com`, "second@example.com", "third@example.com"];
  expect(await directory.find("alice")).toMatchObject({ email: "second@example.com" });
  server.account.mail = [];
  expect(await directory.find("alice")).toEqual({ name: "alice", groups: [] });
});

test.each([true, false])("the login page asks for a new password only where it can be set: %s", async (possible) => {
  const { server } = await start();
  server.account.data = "773";
  const ldap = `
    implementation: activedirectory
    address: ${server.address}
    tls: { ca_file: ${server.tls.authority}, server_name: ${controllerName} }
    base_dn: ${domain}
    user: ${serviceAccount.dn}
    password: ${serviceAccount.password}`;
  const text = configText.replace(/ {2}file:\n.*\n/, `  password_change: { disable: ${!possible} }\n  ldap:${ldap}\n`);
  const host = await startHost({ text });
  const page = await host.submit("/login", { username: "alice", password: "demo" });
  expect([page.status, page.body.includes('action="/login/new-password"')]).toEqual([403, possible]);
  expect(page.body.includes("It cannot be changed here.")).toBe(!possible);
  const fields = { username: "alice", current_password: "demo", password: good, password_again: good };
  const set = await host.submit("/login/new-password", fields);
  expect(set.status).toBe(possible ? 303 : 403);
  if (possible) expect(payloadOf(cookieOf(set)).sub).toBe("alice");
  else expect(server.account.password).toBe("demo");
});

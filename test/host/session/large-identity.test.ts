// The tokens of people whose groups and names a cookie does not hold, and what is said of those whom no gate can be told about.
import { createHash, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../../host/core/policy.ts";
import { issueForUser } from "../../../host/session/large-identity.ts";
import { readToken } from "../../../host/session/token.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { usersFile } from "../../../workshop/host/users.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = { kid: "k".repeat(43), x: "", privateKey };
const keys = new Map([[key.kid, publicKey]]);
const own = {
  ...{ iss: "https://auth.example.com", aud: "example.com", sub: "mona", sid: "s", iat: 1, exp: 2, session_exp: 3 },
  ...{ auth_time: 1, amr: ["pwd"], level: 1 as const },
};

describe("a token", () => {
  const policy = loadPolicy({
    default_policy: "deny",
    rules: Array.from({ length: 40 }, (_, i) => ({
      domain: "app.example.com",
      policy: "one_factor",
      subject: [`group:group ${i}`, [`group:group ${i + 3}`, "user:mona"]],
    })),
  });
  const asked = policy.askedGroups()!;

  test("holds the profile or refers to it, says which asked groups it has, and is never longer than its room", () => {
    const user = fc.record({
      displayName: fc.option(fc.string({ maxLength: 3000, unit: "grapheme" }), { nil: undefined }),
      email: fc.option(fc.string({ maxLength: 3000 }), { nil: undefined }),
      groups: fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 60 }).map((i) => `group ${i}`),
          fc.string(),
        ),
        {
          maxLength: 400,
          size: "max",
        },
      ),
    });
    const referred = { no: 0, yes: 0 };
    fc.assert(
      fc.property(user, fc.integer({ min: 900, max: 4096 }), ({ displayName, email, groups }, room) => {
        const names = { ...(displayName !== undefined && { displayName }), ...(email !== undefined && { email }) };
        const { token, profile } = issueForUser({ name: "mona", ...names, groups }, own, key, room, asked);
        expect(token.length).toBeLessThanOrEqual(room);
        const claims = readToken(token, keys)!;
        if (profile === undefined) {
          referred.no++;
          expect([claims.name, claims.email, claims.groups]).toEqual([displayName, email, groups]);
          return;
        }
        referred.yes++;
        expect(JSON.parse(profile)).toEqual(JSON.parse(JSON.stringify({ name: displayName, email, groups })));
        const reference = claims.groups as { sha512: string; of: string; in: string };
        const digest = createHash("sha512").update(profile).digest().subarray(0, 32);
        expect(reference.sha512).toBe(digest.toString("base64url"));
        const bits = Buffer.from(reference.in, "base64url");
        const told = asked.names.filter((_, i) => bits[i >> 3]! & (0x80 >> (i & 7)));
        expect(told).toEqual([...new Set(asked.names)].filter((name) => groups.includes(name)));
      }),
    );
    expect(Math.min(referred.no, referred.yes)).toBeGreaterThan(5);
  });

  test("of a policy that asks about more groups than bits fit in refers to the profile alone", () => {
    const subject = Array.from({ length: 30_000 }, (_, i) => `group:g${i}`);
    const rules = [{ domain: "app.example.com", policy: "one_factor", subject }];
    const user = {
      name: "mona",
      email: "m@example.com",
      groups: subject.slice(0, 3000).map((group) => group.slice(6)),
    };
    const { token } = issueForUser(user, own, key, 4000, loadPolicy({ rules }).askedGroups());
    const claims = readToken(token, keys)!;
    expect([claims.email, Object.keys(claims.groups)]).toEqual(["m@example.com", ["sha512"]]);
  });
});

describe("a user with more groups than a gate can be told", () => {
  const groups = (count: number) => Array.from({ length: count }, (_, i) => `a group with a long name ${i}`);

  test("is told so at the login, and no one else is kept out", async () => {
    const users = await usersFile({ mona: { groups: groups(3000) }, alice: { groups: ["dev"] } });
    const host = await startHost({ users });
    const page = await host.submit("/login", { username: "mona", password: "demo" });
    expect([page.status, page.headers["set-cookie"]]).toEqual([422, undefined]);
    expect(page.body).toContain("more groups than an application can be told");
    const api = await host.postJson("/api/firstfactor", { username: "mona", password: "demo" });
    expect([api.status, JSON.parse(api.body).status]).toEqual([422, "KO"]);
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: "demo" })).status).toBe(200);
  });

  test("is named by `check`, and so is one whose groups many servers do not take in a header", async () => {
    const users = await usersFile({
      mona: { groups: groups(3000) },
      nora: { groups: groups(400) },
      alice: { groups: groups(40) },
    });
    const file = await writeConfig(temporaryFolder(), configText, users);
    const { code, stderr, stdout } = await zerohopInProcess(["check", "--config", file]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/users\.yml:\d+:\d+: warning: users\.mona\.groups: take \d+ bytes, and gates read 65536/);
    expect(stderr).toMatch(/warning: users\.nora\.groups: take 11\d\d\d bytes in Remote-Groups/);
    expect(stderr).not.toContain("alice");
    expect(stdout).toContain("2 warnings");
  });
});

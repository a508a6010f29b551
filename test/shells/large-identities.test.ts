// People with more groups, or longer names, than a cookie holds: they log in with a cookie that browsers keep, every shell decides as
// the policy says whichever of their groups it asks about, and the backend is told all of them wherever the shell can ask the host.
import { expect, test } from "vitest";
import { temporaryFolder } from "../../workshop/host/files.ts";
import { logIn, movableClock, startHost, type TestHost } from "../../workshop/host/in-process.ts";
import { demoPeople, type Person, usersFile } from "../../workshop/host/users.ts";
import { fetchBundle, mint } from "../host/support/edge.ts";
import type { Outcome } from "./outcome.ts";
import { configuration, mona, type TableRequest } from "./requests.ts";
import { type Bundled, endpoint, endpoints, envoy, nginx, type Shell, traefik } from "./shells.ts";

/** Browsers keep no longer cookie, name and attributes counted. */
const longestCookie = 4096;
const [head] = configuration.split("access_control:");
const people = { alice: demoPeople.alice, mona };

function policyText(rules: readonly object[]): string {
  return `${head}access_control: ${JSON.stringify({ default_policy: "deny", rules })}\n`;
}

/** A rule that lets one group in at `app`. */
const forGroup = (group: string) => ({ domain: "app.example.com", policy: "one_factor", subject: `group:${group}` });

/** A host with this policy and these people, and what its gates decide with. */
async function start(rules: readonly object[], users: Readonly<Record<string, Person>> = people, folder?: string) {
  const { clock, advance } = movableClock();
  const text = policyText(rules);
  const host = await startHost({ clock, text, users: await usersFile(users), ...(folder && { folder }) });
  const edgeToken = await mint(host);
  const { payload } = await fetchBundle(host, edgeToken);
  const bundled: Bundled = { url: host.url, edgeToken, bundle: payload, now: clock() };
  return { host, bundled, advance };
}

const asking: Readonly<Record<string, (bundled: Bundled) => Shell>> = {
  "gate.wasm": envoy,
  "gate.nginx.wasm": nginx,
  ...Object.fromEntries(
    (Object.keys(endpoints) as (keyof typeof endpoints)[]).map((name) => [
      name,
      (bundled: Bundled) => endpoint(name, bundled),
    ]),
  ),
};
const all = { ...asking, "plugin.wasm": traefik };

function page(cookie: string | undefined, host = "app", more: Partial<TableRequest> = {}): TableRequest {
  const authority = `${host}.example.com`;
  return { method: "GET", path: "/", accept: "text/html", authority, cookie, hasSession: true, ...more };
}

/** In a word. */
function inShort({ kind, status, identity }: Outcome): string {
  const groups = identity?.[1] === "" ? 0 : identity?.[1]?.split(",").length;
  return kind === "allowed" ? `${kind} ${groups}` : `${kind} ${status ?? ""}`.trim();
}

const whole = ["mona", mona.groups.join(","), mona.displayname, mona.email];

/** The host answers the portal's page with a new lease, as it does whoever a gate has sent there. */
async function renewedAt(host: TestHost, cookie: string): Promise<string> {
  const answer = await host.get("/", { cookie, "sec-fetch-site": "none", accept: "text/html" });
  const session = answer.headers["set-cookie"]!.find((set) => set.startsWith("zerohop_session="))!;
  return session.split(";")[0]!;
}

test("a user in 500 groups is let in with a cookie that browsers keep, and the backend is told all groups", async () => {
  const { host, bundled } = await start([
    forGroup(mona.groups[499]!),
    { domain: "open.example.com", policy: "bypass" },
  ]);
  const login = await host.postJson("/api/firstfactor", { username: "mona", password: "demo", keepMeLoggedIn: true });
  expect(login.status).toBe(200);
  for (const cookie of login.headers["set-cookie"]!) expect(cookie.length).toBeLessThanOrEqual(longestCookie);
  const cookie = await logIn(host, "mona");
  for (const [name, begin] of Object.entries(asking)) {
    const shell = begin(bundled);
    for (const time of ["first", "second"]) {
      const { kind, identity } = await shell(page(cookie));
      expect([name, time, kind, identity]).toEqual([name, time, "allowed", whole]);
    }
    expect(inShort(await shell(page(cookie, "other"))), name).toBe("denied");
  }
  // It can ask nobody: the backend is told those groups that the policy asks about.
  const plugin = traefik(bundled);
  const named = ["mona", mona.groups[499], mona.displayname, mona.email];
  expect((await plugin(page(cookie))).identity).toEqual(named);
  expect(inShort(await plugin(page(cookie, "other")))).toBe("denied");
});

test("a policy may ask about each of them, in rules that let in and rules that deny", async () => {
  const places = mona.groups.map((_, i) => i);
  const { host, bundled } = await start([
    { domain: "app.example.com", policy: "deny", subject: "group:nobody-is-in-this-one" },
    ...places.map((i) => ({
      ...forGroup(mona.groups[i]!),
      domain: `app${i}.example.com`,
      policy: i % 3 === 0 ? "deny" : "one_factor",
    })),
    { domain: "all.example.com", policy: "one_factor", subject: [mona.groups.map((group) => `group:${group}`)] },
    { domain: "none.example.com", policy: "one_factor", subject: [["group:dev", `group:${mona.groups[1]}`]] },
  ]);
  const cookie = await logIn(host, "mona");
  expect(cookie.length).toBeLessThanOrEqual(longestCookie);
  for (const [name, begin] of Object.entries(all)) {
    const shell = begin(bundled);
    const wrong = [];
    for (const i of places.filter((place) => place < 20 || place % 41 === 0 || place > 490)) {
      const { kind } = await shell(page(cookie, `app${i}`));
      if (kind !== (i % 3 === 0 ? "denied" : "allowed")) wrong.push(i);
    }
    expect([name, wrong]).toEqual([name, []]);
    // The policy mentions each twice, and no application shall be told so.
    expect([name, inShort(await shell(page(cookie, "all")))]).toEqual([name, "allowed 500"]);
    expect([name, (await shell(page(cookie, "none"))).kind]).toEqual([name, "denied"]);
  }
}, 60_000);

test("a rule that is added while the session lives counts at once; the plugin has the portal renew the session first", async () => {
  const folder = temporaryFolder();
  const before = await start([forGroup("dev")], people, folder);
  const cookie = await logIn(before.host, "mona");
  for (const begin of Object.values(all)) expect((await begin(before.bundled)(page(cookie))).kind).toBe("denied");
  await before.host.stop();

  const rules = [forGroup(mona.groups[7]!), { ...forGroup(mona.groups[8]!), domain: "no.example.com", policy: "deny" }];
  const { host, bundled } = await start([...rules, { domain: "no.example.com", policy: "one_factor" }], people, folder);
  for (const [name, begin] of Object.entries(asking)) {
    const shell = begin(bundled);
    expect([name, inShort(await shell(page(cookie)))]).toEqual([name, "allowed 500"]);
    expect([name, inShort(await shell(page(cookie, "no")))]).toEqual([name, "denied"]);
  }
  const plugin = traefik(bundled);
  for (const place of ["app", "no"]) expect(inShort(await plugin(page(cookie, place)))).toBe("login 302");
  const renewed = await renewedAt(host, cookie);
  expect(inShort(await plugin(page(renewed)))).toBe("allowed 2");
  expect(inShort(await plugin(page(renewed, "no")))).toBe("denied");
});

test("where rules take a group's name from the request, only gates that can ask the host know, and the plugin says so", async () => {
  for (const rule of [
    { domain: "{group}.example.com", policy: "one_factor" },
    { domain_regex: "^(?P<Group>[a-z0-9-]+)\\.example\\.com$", policy: "one_factor" },
  ]) {
    const { host, bundled } = await start([{ domain: "app.example.com", policy: "one_factor" }, rule]);
    const [cookie, small] = [await logIn(host, "mona"), await logIn(host, "alice")];
    for (const [name, begin] of Object.entries(asking)) {
      const shell = begin(bundled);
      expect([name, inShort(await shell(page(cookie, mona.groups[321]!)))]).toEqual([name, "allowed 500"]);
      expect([name, inShort(await shell(page(cookie, "dev")))]).toEqual([name, "denied"]);
    }
    const plugin = traefik(bundled);
    expect(inShort(await plugin(page(cookie, mona.groups[321]!)))).toBe("refused");
    expect(inShort(await plugin(page(cookie)))).toBe("allowed 0");
    expect(inShort(await plugin(page(small, "dev")))).toBe("allowed 2");
    await host.stop();
  }
});

test("a Basic credential of such a user is good wherever credentials are taken", async () => {
  const { bundled } = await start([forGroup(mona.groups[499]!)]);
  const authorization = `Basic ${Buffer.from("mona:demo").toString("base64")}`;
  for (const [name, begin] of Object.entries(asking)) {
    if (name === "verify") continue;
    const shell = begin(bundled);
    for (const _ of [1, 2]) {
      const { kind, identity } = await shell(page(undefined, "app", { authorization }));
      expect([name, kind, identity]).toEqual([name, "allowed", whole]);
    }
  }
});

test("a session goes on while its user's groups grow and shrink at renewals", async () => {
  const { clock, advance } = movableClock();
  const folder = temporaryFolder();
  const open = async (groups: readonly string[]) => {
    const users = await usersFile({ mona: { ...mona, groups } });
    const host = await startHost({ clock, folder, text: policyText([forGroup(mona.groups[0]!)]), users });
    const edgeToken = await mint(host);
    const { payload } = await fetchBundle(host, edgeToken);
    return { host, bundled: { url: host.url, edgeToken, bundle: payload, now: clock() } };
  };
  const first = await open(mona.groups.slice(0, 3));
  const cookie = await logIn(first.host, "mona");
  await first.host.stop();
  for (const count of [500, 2, 300]) {
    // The lease is over, and so each shell asks.
    advance(70);
    const { host, bundled } = await open(mona.groups.slice(0, count));
    for (const [name, begin] of Object.entries(asking))
      expect([name, inShort(await begin(bundled)(page(cookie)))]).toEqual([name, `allowed ${count}`]);
    const renewed = await renewedAt(host, cookie);
    expect(renewed.length).toBeLessThanOrEqual(longestCookie);
    const atPlugin = count < 50 ? count : 1;
    expect(inShort(await traefik(bundled)(page(renewed)))).toBe(`allowed ${atPlugin}`);
    await host.stop();
  }
});

test("whatever of an identity is long, the cookie is one that browsers keep", async () => {
  const long = (length: number) => "x".repeat(length);
  const users = {
    [long(255)]: { displayname: "ä".repeat(255), email: `${long(243)}@example.com`, groups: ["dev"] },
    long: { displayname: "ä".repeat(255), email: `${long(243)}@example.com`, groups: mona.groups },
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`n${i}`, { groups: mona.groups.slice(0, 60 + i) } as Person]),
    ),
  };
  const { host, bundled } = await start([forGroup("dev"), { domain: "any.example.com", policy: "one_factor" }], users);
  const gate = envoy(bundled);
  for (const [username, { displayname = "", email = "", groups = [] }] of Object.entries<Person>(users)) {
    const login = await host.postJson("/api/firstfactor", { username, password: "demo", keepMeLoggedIn: true });
    expect([username, login.status]).toEqual([username, 200]);
    const cookie = login.headers["set-cookie"]!.find((set) => set.startsWith("zerohop_session="))!;
    expect(cookie.length).toBeLessThanOrEqual(longestCookie);
    const { identity } = await gate(page(cookie.split(";")[0], "any"));
    const bytes = [username, groups.join(","), displayname, email].map((text) => Buffer.from(text).toString("latin1"));
    expect(identity).toEqual(bytes);
  }
});

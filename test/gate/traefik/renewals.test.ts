// Sessions go on by files: what the plugin notes for `zerohop bundle watch`, what it makes of the answers, and what without them.
import { expect, test } from "vitest";
import { MountedFolder } from "../../../workshop/gate/http-wasm/mounted-folder.ts";
import type { PluginHost } from "../../../workshop/gate/http-wasm/plugin-host.ts";
import { type Claims, forged, newSessionKey, signToken } from "../../../workshop/gate/tokens.ts";
import { browser, bundle, claims, NOW, sessionCookie, signBundle, token } from "../gate.ts";
import { app, fileConfiguration, publish, startWith, userOf, visit } from "./plugin.ts";

const sid = "AAAAAAAAAAAAAAAAAAAAAA";
const first = token({ sid });
const script = ["sec-fetch-mode", "cors"] as const;
const agent = ["user-agent", "Lynx/2.9"] as const;
const later = (seconds: number, changed: Claims = {}) =>
  token({ sid, iat: NOW + seconds, exp: NOW + seconds + 60, ...changed });
const setCookie = (value: string) => `zerohop_session=${value}; Path=/; HttpOnly`;
const answerOf = (value: string, seconds: number) => `204 ${NOW + seconds} ${setCookie(value)}`;

function start(content: Claims = {}, changed: Claims = {}): PluginHost {
  const folder = new MountedFolder("/zerohop");
  folder.write("bundle.jws", signBundle(bundle({ outage_grace: 900, ...content })));
  return startWith({ ...fileConfiguration, renewals: "/zerohop/renewals", ...changed }, folder);
}

/** Where a plugin's clock stands, from its start. */
function at(host: PluginHost, seconds: number): void {
  host.now = NOW + seconds;
}

const ask = (host: PluginHost, value = first, headers: readonly (readonly [string, string])[] = [script]) =>
  visit(host, app, [sessionCookie(value), ...headers]);
const notes = (host: PluginHost) => host.folder.under("renewals/asked/");
const answered = (host: PluginHost, text: string, seconds = 0) => {
  for (const [name] of notes(host)) host.folder.remove(name);
  host.folder.write(`renewals/answered/${sid}`, text, seconds);
};

test("a session in use is noted from the middle of its lease on, once, with the client's address and user agent", () => {
  const host = start();
  expect(ask(host).status).toBe(200);
  at(host, 29);
  ask(host);
  expect(notes(host)).toEqual([]);
  for (const seconds of [46, 46, 47, 48]) {
    at(host, seconds);
    expect(ask(host, first, [script, agent]).status).toBe(200);
  }
  expect(notes(host)).toEqual([
    [expect.stringMatching(/^renewals\/asked\/[0-9A-F]{3}$/), `${first}\n203.0.113.7:40000\nLynx/2.9\n`],
  ]);
});

test("nobody but who has a session is noted", () => {
  const host = start({ revoked_sessions: ["BBBBBBBBBBBBBBBBBBBBBB"] });
  at(host, 50);
  const foreign = signToken(newSessionKey(), claims({ sid }));
  for (const value of ["", "x", foreign, forged(first), token({ sid: "BBBBBBBBBBBBBBBBBBBBBB" })]) ask(host, value);
  ask(host, token({ sid: "../../bundle.jws" }));
  ask(host, token({ sid: "C".repeat(65) }));
  expect(notes(host)).toEqual([]);
});

test("an answer's lease counts on every instance, for whoever sends the old token too, and its cookie goes to the browser", () => {
  const host = start();
  ask(host);
  at(host, 50);
  ask(host);
  const second = later(50);
  answered(host, answerOf(second, 50));
  // Two at once are on two instances, one of which has never seen the session.
  at(host, 70);
  const open = [1, 2].map(() => host.open({ url: app, headers: [sessionCookie(first), script] }));
  for (const { exchange } of open) {
    expect(exchange.status).toBe(200);
    expect(exchange.answerHeaders.all("set-cookie")).toEqual([setCookie(second)]);
  }
  for (const { finish } of open) finish();
  at(host, 100);
  expect(ask(host, second).answerHeaders.all("set-cookie")).toEqual([]);
  expect(notes(host)).toHaveLength(1);
  expect(host.log).toEqual([]);
});

test("while the answer is under way a script and a form go on, and a page goes by the portal", () => {
  const host = start();
  at(host, 61);
  expect(ask(host).status).toBe(200);
  expect(userOf(ask(host))).toBe("alice");
  expect(visit(host, app, [sessionCookie(first), browser], "POST").status).toBe(200);
  expect(ask(host, first, [browser]).status).toBe(302);
  expect(notes(host)).toHaveLength(1);
  // Four leases after its own end at the most, for the fifth is where an inactivity limit may be.
  const late = start();
  at(late, 60 + 240);
  expect(ask(late).status).toBe(401);
});

test("a session that the host says is over is refused from then on, within its lease as well", () => {
  const host = start();
  at(host, 50);
  ask(host);
  answered(host, `410 ${NOW} `);
  at(host, 52);
  expect(ask(host).status).toBe(200);
  expect(ask(host).status).toBe(401);
  // An instance that has just started learns it when the lease is due.
  const [{ exchange, finish }] = [host.open({ url: app, headers: [script] })];
  expect(exchange.status).toBe(401);
  at(host, 61);
  expect(ask(host).status).toBe(401);
  finish();
});

test("an answer counts from when it was written, once, and not for a session that has a younger token", () => {
  const host = start();
  answered(host, answerOf(later(50), 50), 50);
  // Its lease is from 50 to 110, however often and whenever it is read, and four more while the next answer is awaited.
  at(host, 109);
  expect(ask(host, first, [browser]).status).toBe(200);
  at(host, 111);
  expect(ask(host, first, [browser]).status).toBe(302);
  for (const [name] of notes(host)) host.folder.remove(name);
  at(host, 351);
  expect(ask(host).status).toBe(401);
  // Two minutes younger: the answer does not take its place.
  const young = later(120, { exp: NOW + 180 });
  at(host, 170);
  expect(ask(host, young).answerHeaders.all("set-cookie")).toEqual([]);
  expect(notes(host).length).toBeGreaterThan(0);
});

test.each([
  ["another session's token", token({ sid: "DDDDDDDDDDDDDDDDDDDDDD", iat: NOW + 50, exp: NOW + 110 })],
  ["a token that nobody signed", forged(later(50))],
  ["a token of another domain", later(50, { aud: "example.net" })],
  ["rubbish", "rubbish"],
])("an answer with %s renews nothing, and its cookie goes to nobody", (_name, value) => {
  const host = start();
  at(host, 50);
  ask(host);
  answered(host, answerOf(value, 50));
  at(host, 59);
  expect(ask(host).status).toBe(200);
  expect(ask(host).answerHeaders.all("set-cookie")).toEqual([]);
  at(host, 61);
  expect(ask(host, first, [browser]).answerHeaders.all("set-cookie")).not.toContain(setCookie(value));
});

test.each([
  ["empty", ""],
  ["a digit", "2"],
  ["a status", "204"],
  ["a status and a moment", "204 1"],
  ["no cookie", `204 ${NOW + 50} `],
  ["a moment beyond all numbers", `204 ${"9".repeat(40)} x`],
  ["control characters", "\0\n\r"],
  ["very long", "x".repeat(9000)],
  ["no token and a profile", `204 ${NOW + 50} a\nb`],
])("an answer that is none (%s) does no harm", (_name, text) => {
  const host = start();
  at(host, 50);
  ask(host);
  answered(host, text);
  for (const seconds of [52, 59, 61, 80]) {
    at(host, seconds);
    expect(ask(host).status).toBe(200);
  }
  expect(host.traps).toEqual([]);
});

test("a note that stays says that nobody answers: the session is believed within the outage grace, then 503", () => {
  const host = start();
  at(host, 61);
  expect(ask(host, first, [browser]).status).toBe(302);
  at(host, 64);
  expect(ask(host, first, [browser]).status).toBe(200);
  expect(host.log).toEqual([expect.stringContaining("nobody answers there")]);
  at(host, 60 + 899);
  expect(ask(host, first, [browser]).status).toBe(200);
  expect(ask(host).status).toBe(200);
  at(host, 60 + 901);
  expect(ask(host).status).toBe(503);
  expect(host.log).toHaveLength(1);
  // The host is back.
  answered(host, answerOf(later(962), 962));
  at(host, 60 + 960);
  expect(ask(host).status).toBe(200);
});

test("what the host says of one session alone is that session's trouble", () => {
  const host = start();
  at(host, 50);
  ask(host);
  answered(host, `422 ${NOW} `);
  at(host, 61);
  expect(ask(host, first, [browser]).status).toBe(200);
  expect(ask(host, token({ sid: "EEEEEEEEEEEEEEEEEEEEEE" }), [browser]).status).toBe(302);
});

test("a folder that can't be written to is named in the log, and sessions then end with their leases", () => {
  const host = start();
  host.folder.isReadOnly = true;
  at(host, 61);
  expect([ask(host).status, ask(host, first, [browser]).status]).toEqual([401, 302]);
  expect(host.log).toEqual([expect.stringContaining("renewals: nothing can be written there")]);
});

test("a folder that is not mounted is a configuration that can't be used", () => {
  const host = start({}, { renewals: "/elsewhere" });
  expect(host.log).toEqual([expect.stringContaining("renewals: no folder is mounted there")]);
  expect(visit(host, "https://public.example.com/").status).toBe(503);
});

test("sessions share 4,096 places for notes, so there are never more", () => {
  const host = start();
  at(host, 61);
  for (let i = 0; i < 400; i++) {
    expect(ask(host, token({ sid: `${"A".repeat(17)}${String(i).padStart(5, "0")}` })).status).toBe(200);
  }
  // Some have met in a place.
  expect(notes(host).length).toBeGreaterThan(300);
  expect(notes(host).length).toBeLessThan(400);
  for (const [name] of notes(host)) expect(name).toMatch(/^renewals\/asked\/[0-9A-F]{3}$/);
});

test("a request within its lease costs no look into the folder", () => {
  const host = start();
  ask(host);
  const { opens } = host.folder;
  for (let i = 0; i < 100; i++) ask(host);
  expect(host.folder.opens).toBe(opens);
});

test.each([20, -20])("a host's clock that is %i minutes ahead keeps nobody out", (minutes) => {
  const seconds = minutes * 60;
  const host = start({ iat: NOW + seconds });
  const cookie = later(seconds);
  const page = () => ask(host, cookie, [browser]);
  // Of a host that is behind, the portal's token seems over. The answer to the first note counts from when it came.
  if (minutes < 0) {
    expect(page().status).toBe(302);
    answered(host, answerOf(cookie, seconds));
    at(host, 1);
  }
  expect([page().status, ask(host, cookie).status]).toEqual([200, 200]);
});

test.each([20 * 60, 12 * 3600])(
  "a session that was ended stays so while the host's clock is %i seconds ahead, when its revocation is forgotten",
  (ahead) => {
    const host = start();
    const issue = (version: number, seconds: number, revoked_sessions: string[] = []) =>
      publish(host, { version, iat: NOW + ahead + seconds, outage_grace: 900, revoked_sessions });
    issue(2, 0);
    const cookie = later(ahead, { session_exp: NOW + ahead + 86400 });
    expect(ask(host, cookie).status).toBe(200);
    issue(3, 5, [sid]);
    expect(ask(host, cookie).status).toBe(401);
    // A lease, the outage grace, and what clocks may differ by.
    at(host, 1030);
    issue(4, 1030);
    for (const headers of [[script], [browser]]) expect(ask(host, cookie, headers).status).not.toBe(200);
    // Who has just logged in there goes on, and is noted when it is due.
    const young = later(ahead + 1030, { session_exp: NOW + ahead + 86400 });
    expect(ask(host, young).status).toBe(200);
    at(host, 1080);
    for (const [name] of notes(host)) host.folder.remove(name);
    expect(ask(host, young).status).toBe(200);
    expect(notes(host)).toHaveLength(1);
  },
);

// A second factor beside the host's own (../second-factor/static-factor): one folder and one line of wiring, and it does what others do.
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../host/kit/sql/open.ts";
import {
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
} from "../../../workshop/host/in-process.ts";
import { staticCodes } from "../second-factor/static-factor/index.ts";
import { StaticCodeStore } from "../second-factor/static-factor/store.ts";
import { fromOutside } from "../support/edge.ts";
import { arrivedIn, mailConfigText } from "../support/mails.ts";
import { Browser, configWith, openIdServer, providerText } from "../support/sign-in.ts";

const text = `${mailConfigText.replace("notifier:", "identity_validation: { elevated_session: { disable: true } }\nnotifier:")}
static_codes: { codes: { alice: "4711-0815" } }
`;
const admin = "https://admin.example.com/";

async function start() {
  const { clock, advance } = movableClock(Math.floor(Date.now() / 1000));
  return { host: await startHost({ text, clock, factors: { staticCodes } }), advance };
}

async function switchOn(host: TestHost): Promise<string> {
  return cookieOf(await host.putJson("/api/secondfactor/static", {}, { cookie: await logIn(host) }));
}

/** 0 where the session has ended. */
async function level(host: TestHost, cookie: string): Promise<number> {
  return JSON.parse((await host.get("/api/state", { cookie })).body).data.authentication_level;
}

test("a factor that is added is set up from where one is missing, and then offers recovery codes", async () => {
  const { host } = await start();
  const cookie = await logIn(host);
  const missing = await host.get(`/?rd=${encodeURIComponent(admin)}`, { cookie });
  expect(missing.body).toContain("Switch the static code on");
  const [address] = /\/account\/static[^"]*/.exec(missing.body)!;
  const asked = await host.get(address.replaceAll("&amp;", "&"), { cookie });
  expect([asked.status, asked.body]).toEqual([200, expect.stringContaining("<h1>Switch the static code on</h1>")]);
  const done = await host.submit("/account/static", {}, { cookie });
  expect([done.status, done.headers.location]).toEqual([303, "/account/recovery-codes"]);
  expect(payloadOf(cookieOf(done))).toMatchObject({ level: 2, amr: ["pwd", "pin", "mfa"] });
});

test("it is passed by the form and over JSON, and a wrong code by neither", async () => {
  const { host } = await start();
  await switchOn(host);
  const cookie = await logIn(host);
  const asked = await host.get(`/?rd=${encodeURIComponent(admin)}`, { cookie });
  expect(asked.body).toContain("Enter the code that never changes.");
  expect(asked.body).toContain('action="/second-factor/static"');
  const wrong = await host.submit("/second-factor/static", { token: "0815", rd: admin }, { cookie });
  expect([wrong.status, wrong.body]).toEqual([401, expect.stringContaining("This is not your static code.")]);
  const right = await host.submit("/second-factor/static", { token: "4711-0815", rd: admin }, { cookie });
  expect([right.status, right.headers.location]).toEqual([303, admin]);
  expect(payloadOf(cookieOf(right))).toMatchObject({ level: 2, amr: ["pwd", "pin", "mfa"] });

  const other = await logIn(host);
  const ask = (token: string) =>
    host.postJson("/api/secondfactor/static", { token, targetURL: admin }, { cookie: other });
  expect((await ask("0815")).status).toBe(401);
  const passed = await ask("4711-0815");
  expect([passed.status, JSON.parse(passed.body).data]).toEqual([200, { redirect: admin }]);
  expect(payloadOf(cookieOf(passed)).level).toBe(2);
});

test("how often it is guessed is bounded as for every other", async () => {
  const { host } = await start();
  await switchOn(host);
  const cookie = await logIn(host);
  const statuses: number[] = [];
  for (let tries = 0; tries < 10; tries++)
    statuses.push((await host.postJson("/api/secondfactor/static", { token: "0815" }, { cookie })).status);
  expect(statuses).toContain(429);
  expect((await host.postJson("/api/secondfactor/static", { token: "4711-0815" }, { cookie })).status).toBe(429);
});

test("it stands on the account page, in the visitor's language", async () => {
  const { host } = await start();
  const before = await host.get("/account", { cookie: await logIn(host) });
  expect(before.body).toContain("<strong>Static code</strong><span>Switched off</span>");
  const cookie = await switchOn(host);
  const german = await host.get("/account", { cookie, "accept-language": "de" });
  expect(german.body).toMatch(/<strong>Fester Code<\/strong><span><time [^>]*>Eingeschaltet gerade eben<\/time>/);
  expect(german.body).toContain('action="/account/static/remove"');
  expect((await host.get("/account", { cookie: await logIn(host, "bob") })).body).not.toContain("Static code");
});

test("what happens to it is in the audit trail, and its user is told by e-mail", async () => {
  const { host } = await start();
  const cookie = await switchOn(host);
  await host.postJson("/api/secondfactor/static", { token: "4711-0815" }, { cookie: await logIn(host) });
  await host.delete("/api/secondfactor/static", { cookie });
  const records = await fromOutside(host, ({ audit }) => audit.records({ user: "alice" }));
  expect(records.map(({ action, detail }) => [action, detail.factor])).toEqual(
    expect.arrayContaining([
      ["static code setup", undefined],
      ["second factor", "static code"],
      ["static code removal", undefined],
    ]),
  );
  const subjects = async () => (await arrivedIn(host, 3)).map(({ subject }) => subject);
  await expect
    .poll(subjects)
    .toEqual(expect.arrayContaining(["A static code was switched on", "A static code was removed"]));
});

test("when it is removed, what it raised ends, and with the last factor the recovery codes go", async () => {
  const { host } = await start();
  const own = await switchOn(host);
  const passed = await host.postJson("/api/secondfactor/static", { token: "4711-0815" }, { cookie: await logIn(host) });
  const codes = await host.putJson("/api/secondfactor/recovery", {}, { cookie: own });
  expect(JSON.parse(codes.body).data.codes).toHaveLength(10);
  const removed = await host.submit("/account/static/remove", {}, { cookie: own });
  expect([removed.status, removed.headers.location]).toEqual([303, "/account"]);
  const after = cookieOf(removed);
  expect(await Promise.all([own, cookieOf(passed), after].map((cookie) => level(host, cookie)))).toEqual([0, 0, 1]);
  const left = await host.get("/api/secondfactor/recovery", { cookie: after });
  expect(JSON.parse(left.body).data).toEqual({ left: 0, total: 0 });
  expect((await host.delete("/api/secondfactor/static", { cookie: after })).status).toBe(404);
});

test("whoever has it keeps their name, so that nobody whom a provider calls the same gets it with the name", async () => {
  const server = await openIdServer();
  const providers = providerText(server, "usernames: plain");
  const text = `${configWith(providers, true)}static_codes: { codes: { alice: "4711-0815" } }\n`;
  const host = await startHost({ text, factors: { staticCodes } });
  const database = await openDatabase({
    local: { path: join(host.folder, "db.sqlite3") },
    postgres: null,
    encryptionKey: "",
  });
  await new StaticCodeStore(database).add("alice", 1_790_000_000);
  await database.close();
  const browser = new Browser(host, server);
  await browser.signIn("alice");
  expect(payloadOf(browser.cookies()).sub).toBe("alice@company");
});

test("its keys are read with all others, and what is wrong with them is told as of all others", async () => {
  const wrong = text.replace("{ codes: {", "{ code: {");
  await expect(startHost({ text: wrong, factors: { staticCodes } })).rejects.toThrow(
    /static_codes.code: unknown key; did you mean codes\?/,
  );
  await expect(startHost({ text })).rejects.toThrow(/static_codes: unknown key/);
});

import { describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import {
  type Answer,
  ask,
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
} from "../../../workshop/host/in-process.ts";
import { Authenticator, type Liberties } from "../support/authenticator.ts";

const api = "/api/secondfactor/webauthn";
const login = "/api/firstfactor/passkey";
const register = `${api}/credential/register`;
const admin = "https://admin.example.com/";

/** A host, and a client with cookies of its own for each browser. */
async function start(text = configText) {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock, text });
  const dataOf = ({ status, body }: Answer) => {
    if (status !== 200) throw new Error(`${status} ${body}`);
    return JSON.parse(body).data;
  };
  const add = async (cookie: string, authenticator: Authenticator, liberties?: Liberties, description = "Laptop") => {
    const options = dataOf(await host.putJson(register, {}, { cookie }));
    return host.postJson(register, { response: authenticator.create(options, liberties), description }, { cookie });
  };
  /** alice with a passkey, and her session of level 2. */
  const enrolled = async (liberties?: Liberties) => {
    const authenticator = new Authenticator();
    const cookie = cookieOf(await add(await logIn(host), authenticator, liberties));
    return { authenticator, cookie };
  };
  const confirm = async (cookie: string, authenticator: Authenticator, liberties?: Liberties) => {
    const options = dataOf(await host.postJson(`${api}/options`, {}, { cookie }));
    return host.postJson(api, { response: authenticator.get(options, liberties) }, { cookie });
  };
  const loginOptions = async (cookie = "") => {
    const answer = await host.postJson(`${login}/options`, {}, { cookie });
    return { options: dataOf(answer), browser: cookie || cookieOf(answer) };
  };
  const passkeyLogin = async (authenticator: Authenticator, liberties?: Liberties, more: object = {}) => {
    const { options, browser } = await loginOptions();
    const body = { response: authenticator.get(options, liberties), ...more };
    return host.postJson(login, body, { cookie: browser });
  };
  return { host, clock, advance, add, enrolled, confirm, loginOptions, passkeyLogin, dataOf };
}

const wrong: readonly (readonly [string, Liberties])[] = [
  ["another origin", { origin: "https://auth.example.com.evil.com" }],
  ["the origin of an application", { origin: "https://app.example.com" }],
  ["another relying party", { rpId: "example.com" }],
  ["a challenge of its own", { challenge: Buffer.alloc(32, 1).toString("base64url") }],
  ["no challenge", { challenge: "" }],
  ["another type", { type: "payment.get" }],
  ["a frame in another site's page", { crossOrigin: true }],
  ["nobody at the device", { present: false, verifies: false }],
];

describe("adding a passkey", () => {
  test("asks the browser for one of this portal, by a handle that tells nothing of the user", async () => {
    const { host, dataOf } = await start();
    const options = dataOf(await host.putJson(register, {}, { cookie: await logIn(host) }));
    expect(options).toMatchObject({ rp: { id: "auth.example.com", name: "Zerohop" }, attestation: "none" });
    expect(options.user).toMatchObject({ name: "alice", displayName: "Alice Liddell" });
    expect(Buffer.from(options.user.id, "base64url")).toHaveLength(16);
  });

  test("raises the session, leads to recovery codes, and is listed by name", async () => {
    const { host, add, dataOf } = await start();
    const before = await logIn(host);
    const answer = await add(before, new Authenticator(), {}, "  Work laptop ");
    expect(dataOf(answer)).toEqual({ redirect: "/account/recovery-codes" });
    const cookie = cookieOf(answer);
    expect(payloadOf(cookie)).toMatchObject({ level: 2, amr: ["pwd", "hwk", "user", "mfa"] });
    expect((await host.get("/api/state", { cookie: before })).body).toContain('"username":""');
    expect(dataOf(await host.get(`${api}/credentials`, { cookie }))).toMatchObject([
      { description: "Work laptop", rp_id: "auth.example.com", last_used_at: null, synced: false },
    ]);
    expect((await host.get("/account", { cookie })).body).toContain("Work laptop");
  });

  test("lets a person have several, and tells the browser which there are", async () => {
    const { host, add, enrolled, dataOf } = await start();
    const { authenticator, cookie } = await enrolled();
    const options = dataOf(await host.putJson(register, {}, { cookie }));
    expect(options.excludeCredentials).toMatchObject([{ id: authenticator.id.toString("base64url") }]);
    const second = cookieOf(await add(cookie, new Authenticator(), {}, "Key"));
    expect(dataOf(await host.get(`${api}/credentials`, { cookie: second }))).toHaveLength(2);
  });

  test.each(wrong)("is refused with %s", async (_, liberties) => {
    const { host, add } = await start();
    const cookie = await logIn(host);
    const answer = await add(cookie, new Authenticator(), liberties);
    expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
    expect((await host.get(`${api}/credentials`, { cookie })).body).toContain('"data":[]');
  });

  test("takes each challenge once, from the session it was given to, for adding alone, and for five minutes", async () => {
    const { host, advance, enrolled, dataOf } = await start();
    let { cookie } = await enrolled();
    const options = async () => dataOf(await host.putJson(register, {}, { cookie }));
    const answer = (response: object, session = cookie) =>
      host.postJson(register, { response, description: "x" }, { cookie: session });
    const send = async (response: object, session?: string) => (await answer(response, session)).status;

    const given = await options();
    expect(await send(new Authenticator().create(given), await logIn(host, "bob"))).toBe(401);
    // A wrong answer uses nothing up: it may be a stranger's.
    expect(await send(new Authenticator().create(given, { origin: "https://evil.com" }))).toBe(401);
    const asked = cookie;
    cookie = cookieOf(await answer(new Authenticator().create(given)));
    for (const session of [asked, cookie]) expect(await send(new Authenticator().create(given), session)).toBe(401);

    const forLogin = dataOf(await host.postJson(`${api}/options`, {}, { cookie }));
    expect(await send(new Authenticator().create({ ...given, challenge: forLogin.challenge }))).toBe(401);
    const late = await options();
    advance(300);
    expect(await send(new Authenticator().create(late))).toBe(401);
  });

  test("does not take another user's passkey for a new one", async () => {
    const { host, add, enrolled } = await start();
    const { authenticator } = await enrolled();
    expect((await add(await logIn(host, "bob"), authenticator)).status).toBe(401);
  });

  test("needs a fresh login, with the second factor where there is one, as removing does", async () => {
    const { host, advance, enrolled } = await start();
    const { authenticator, cookie } = await enrolled();
    const one = `${api}/credential/${authenticator.id.toString("base64url")}`;
    const passwordOnly = await logIn(host);
    const refusals = async (session: string) => [
      (await host.putJson(register, {}, { cookie: session })).status,
      (await host.delete(one, { cookie: session })).status,
      (await host.submit("/account/passkeys/remove", { passkey: "x" }, { cookie: session })).headers.location,
      (await host.get("/account/passkeys", { cookie: session })).headers.location,
    ];
    const asked = [403, 403, "/second-factor?next=%2Faccount", "/second-factor?next=%2Faccount%2Fpasskeys"];
    expect(await refusals(passwordOnly)).toEqual(asked);
    advance(301);
    expect(await refusals(cookie)).toEqual(asked);
  });
});

describe("a passkey as second factor", () => {
  test("raises the session to a new one of level 2", async () => {
    const { host, enrolled, confirm } = await start();
    const { authenticator } = await enrolled();
    const before = await logIn(host);
    const answer = await confirm(before, authenticator);
    expect(payloadOf(cookieOf(answer))).toMatchObject({ level: 2, amr: ["pwd", "hwk", "user", "mfa"] });
    expect(payloadOf(cookieOf(answer)).sid).not.toBe(payloadOf(before).sid);
    expect((await host.get("/api/state", { cookie: before })).body).toContain('"username":""');
  });

  test("that syncs between devices is known as one whose key is not bound to hardware", async () => {
    const { host, enrolled, confirm } = await start();
    const { authenticator } = await enrolled({ synced: true });
    const answer = await confirm(await logIn(host), authenticator, { synced: true });
    expect(payloadOf(cookieOf(answer)).amr).toEqual(["pwd", "swk", "user", "mfa"]);
  });

  test.each([...wrong, ["a forged signature", { forged: true }] as const])(
    "is refused with %s",
    async (_, liberties) => {
      const { host, enrolled, confirm } = await start();
      const { authenticator } = await enrolled();
      const answer = await confirm(await logIn(host), authenticator, liberties);
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
    },
  );

  test("is refused when its counter goes back or stands still, for it may have been copied", async () => {
    const { host, enrolled, confirm } = await start();
    const { authenticator } = await enrolled({ counter: 10 });
    const statuses: number[] = [];
    for (const counter of [11, 11, 5, 0, 12]) {
      statuses.push((await confirm(await logIn(host), authenticator, { counter })).status);
    }
    expect(statuses).toEqual([200, 401, 401, 401, 200]);
    expect(host.log).toContainEqual(expect.objectContaining({ reason: expect.stringContaining("counter") }));
  });

  test("is accepted time and again from an authenticator that does not count", async () => {
    const { host, enrolled, confirm } = await start();
    const { authenticator } = await enrolled({ counter: 0 });
    for (let time = 0; time < 2; time++)
      expect((await confirm(await logIn(host), authenticator, { counter: 0 })).status).toBe(200);
  });

  test("answers a challenge once, for the session it was given to, also many at the same time", async () => {
    const { host, enrolled, dataOf } = await start();
    const { authenticator } = await enrolled({ counter: 0 });
    const cookie = await logIn(host);
    const options = dataOf(await host.postJson(`${api}/options`, {}, { cookie }));
    const body = { response: authenticator.get(options, { counter: 0 }) };
    expect((await host.postJson(api, body, { cookie: await logIn(host) })).status).toBe(401);
    const answers = await Promise.all(Array.from({ length: 4 }, () => host.postJson(api, body, { cookie })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("of one user is of no use to another", async () => {
    const { host, add, enrolled, dataOf } = await start();
    const { authenticator } = await enrolled();
    const bob = cookieOf(await add(await logIn(host, "bob"), new Authenticator()));
    const options = dataOf(await host.postJson(`${api}/options`, {}, { cookie: bob }));
    expect((await host.postJson(api, { response: authenticator.get(options) }, { cookie: bob })).status).toBe(401);
  });

  test("can be renamed and removed by its owner alone", async () => {
    const { host, enrolled, add, dataOf } = await start();
    const { authenticator, cookie } = await enrolled();
    const one = `${api}/credential/${authenticator.id.toString("base64url")}`;
    const bob = cookieOf(await add(await logIn(host, "bob"), new Authenticator()));
    expect((await host.putJson(one, { description: "Mine" }, { cookie: bob })).status).toBe(404);
    expect((await host.delete(one, { cookie: bob })).status).toBe(404);
    await host.submit("/account/passkeys/remove", { passkey: authenticator.id.toString("base64url") }, { cookie: bob });
    expect((await host.putJson(one, { description: "Phone" }, { cookie })).status).toBe(200);
    const names = async (session = cookie) =>
      dataOf(await host.get(`${api}/credentials`, { cookie: session })).map(
        ({ description }: { description: string }) => description,
      );
    expect(await names()).toEqual(["Phone"]);
    await host.submit("/account/passkeys/rename", { passkey: one.split("/").at(-1)!, name: "Tablet" }, { cookie });
    expect(await names()).toEqual(["Tablet"]);
    await host.putJson("/api/secondfactor/recovery", {}, { cookie });
    const without = cookieOf(await host.delete(one, { cookie }));
    expect(await names(without)).toEqual([]);
    expect((await host.get("/api/secondfactor/recovery", { cookie: without })).body).toContain('"total":0');
  });
});

describe("a login with a passkey", () => {
  test("opens a session of level 2 without a password, and leads to the target", async () => {
    const { host, enrolled, passkeyLogin, dataOf } = await start();
    const { authenticator } = await enrolled();
    const answer = await passkeyLogin(authenticator, {}, { targetURL: admin });
    expect(dataOf(answer)).toEqual({ redirect: admin });
    expect(payloadOf(cookieOf(answer))).toMatchObject({ sub: "alice", level: 2, amr: ["hwk", "user", "mfa"] });
    const gate = await host.get(`/?rd=${encodeURIComponent(admin)}`, { cookie: cookieOf(answer) });
    expect(gate.headers.location).toBe(admin);
    expect(dataOf(await passkeyLogin(authenticator, {}, { targetURL: "https://evil.com/" }))).toEqual({
      redirect: "/",
    });
    expect((await passkeyLogin(authenticator, {}, { keepMeLoggedIn: true })).headers["set-cookie"]![0]).toContain(
      "Max-Age",
    );
  });

  test("ends the session that the browser had before", async () => {
    const { host, enrolled, loginOptions } = await start();
    const { authenticator } = await enrolled();
    const planted = await logIn(host, "bob");
    const { options, browser } = await loginOptions();
    const cookie = `${browser}; ${planted}`;
    expect((await host.postJson(login, { response: authenticator.get(options) }, { cookie })).status).toBe(200);
    expect((await host.get("/api/state", { cookie: planted })).body).toContain('"username":""');
  });

  test.each([
    ...wrong,
    ["a forged signature", { forged: true }] as const,
    ["a user who was not verified", { verifies: false }] as const,
    ["another user's handle", { userHandle: Buffer.alloc(16).toString("base64url") }] as const,
    ["a counter that went back", { counter: 0 }] as const,
  ])("is refused with %s", async (_, liberties) => {
    const { enrolled, passkeyLogin } = await start();
    const { authenticator } = await enrolled();
    const answer = await passkeyLogin(authenticator, liberties);
    expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
    expect(answer.body).toBe('{"status":"KO","message":"The passkey was not accepted. Try again."}');
  });

  test("is refused in the same words when nobody knows the passkey", async () => {
    const { host, passkeyLogin, dataOf } = await start();
    const unknown = new Authenticator();
    unknown.create(dataOf(await host.putJson(register, {}, { cookie: await logIn(host) })));
    const answer = await passkeyLogin(unknown);
    expect([answer.status, answer.body]).toEqual([
      401,
      '{"status":"KO","message":"The passkey was not accepted. Try again."}',
    ]);
  });

  test("answers a challenge once, in time, in the browser that asked for it", async () => {
    const { host, advance, enrolled, loginOptions } = await start();
    const { authenticator } = await enrolled({ counter: 0 });
    const send = async (options: Parameters<Authenticator["get"]>[0], cookie: string) =>
      (await host.postJson(login, { response: authenticator.get(options, { counter: 0 }) }, { cookie })).status;
    const { options, browser } = await loginOptions();
    const other = await loginOptions();
    expect(other.browser).not.toBe(browser);
    expect(await send(options, other.browser)).toBe(401);
    expect(await send(options, "")).toBe(401);
    expect(await send(options, browser)).toBe(200);
    expect(await send(options, browser)).toBe(401);
    // Tabs of one browser do not disturb each other.
    const [one, two] = [await loginOptions(browser), await loginOptions(browser)];
    expect([await send(one.options, browser), await send(two.options, browser)]).toEqual([200, 200]);
    const late = await loginOptions(browser);
    advance(300);
    expect(await send(late.options, browser)).toBe(401);
  });

  test("does not take the challenge of a second factor, nor the other way round", async () => {
    const { host, enrolled, loginOptions, dataOf } = await start();
    const { authenticator } = await enrolled();
    const cookie = await logIn(host);
    const { options, browser } = await loginOptions();
    const second = dataOf(await host.postJson(`${api}/options`, {}, { cookie }));
    const both = `${browser}; ${cookie}`;
    expect((await host.postJson(login, { response: authenticator.get(second) }, { cookie: both })).status).toBe(401);
    expect((await host.postJson(api, { response: authenticator.get(options) }, { cookie: both })).status).toBe(401);
  });

  test("sets a cookie that only this host sees, to know the browser by", async () => {
    const { host } = await start();
    const [cookie] = (await host.postJson(`${login}/options`, {})).headers["set-cookie"]!;
    expect(cookie).toMatch(/^__Host-zerohop_browser=[\w-]{22}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  });

  test("is offered where it is switched on, and nowhere else", async () => {
    const { host } = await start();
    const page = (await host.get("/")).body;
    expect(page).toContain('autocomplete="username webauthn"');
    expect(page).toContain('data-passkey="login"');
    const { host: off } = await start(`${configText}\nwebauthn:\n  enable_passkey_login: false\n`);
    expect((await off.get("/")).body).not.toContain("webauthn");
    expect((await off.postJson(`${login}/options`, {})).status).toBe(404);
    expect((await off.postJson(login, {})).status).toBe(404);
  });

  test("is refused once the passkeys are switched off altogether", async () => {
    const { host } = await start(`${configText}\nwebauthn:\n  disable: true\n`);
    const cookie = await logIn(host);
    expect((await host.putJson(register, {}, { cookie })).status).toBe(404);
    expect((await host.get("/account/passkeys", { cookie })).status).toBe(404);
    expect((await host.postJson(`${login}/options`, {})).status).toBe(404);
  });
});

describe("every address of passkeys", () => {
  test.each([
    ["POST", `${login}/options`],
    ["POST", login],
    ["POST", `${api}/options`],
    ["POST", api],
    ["PUT", register],
    ["POST", register],
    ["PUT", `${api}/credential/x`],
    ["DELETE", `${api}/credential/x`],
    ["POST", "/account/passkeys/remove"],
    ["POST", "/account/passkeys/rename"],
  ])("%s %s does nothing for another site", async (method, path) => {
    const { host, enrolled } = await start();
    const { cookie } = await enrolled();
    for (const headers of [{ origin: "https://evil.com" }, { "sec-fetch-site": "same-site" }]) {
      const answer = await ask(host.url + path, { method, headers: { cookie, ...headers } });
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([403, undefined]);
    }
  });

  test("refuses what is no response of a browser", async () => {
    const { host } = await start();
    for (const response of [null, {}, { id: "" }, { id: "a", rawId: "a", type: "public-key", response: {} }, "x"])
      expect((await host.postJson(login, { response })).status).toBe(400);
  });
});

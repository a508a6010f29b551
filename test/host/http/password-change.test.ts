import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText } from "../../../workshop/host/files.ts";
import {
  type Answer,
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
} from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { readDocument } from "../../portal/document.ts";
import { checkBasic, mint } from "../support/edge.ts";
import { setUpApp } from "../support/second-factor.ts";

const good = "purple walrus counts nine moons";

async function prepared(text?: string) {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock, ...(text !== undefined && { text }) });
  const cookie = await logIn(host);
  const change = (fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    host.submit(
      "/account/password",
      { current_password: "demo", password: good, password_again: good, ...fields },
      { cookie, ...headers },
    );
  return { host, clock, advance, cookie, change };
}

async function lives(host: TestHost, cookie: string): Promise<boolean> {
  return !(await host.get("/api/state", { cookie })).body.includes('"username":""');
}

function login(host: TestHost, password: string, username = "alice"): Promise<Answer> {
  return host.postJson("/api/firstfactor", { username, password });
}

function problemOf(answer: Answer): string {
  return readDocument(answer.body).find(({ attributes }) => attributes.get("role") === "alert")?.text ?? "";
}

describe("a password that is changed on the account page", () => {
  test("takes the place of the old one, and ends every other session", async () => {
    const { host, advance, cookie, change } = await prepared();
    const [phone, bob] = [await logIn(host, "alice", true), await logIn(host, "bob")];
    advance(1);
    const changed = await change();
    expect([changed.status, changed.headers.location]).toEqual([303, "/account/password/changed"]);
    const next = cookieOf(changed);
    expect([await lives(host, cookie), await lives(host, phone)]).toEqual([false, false]);
    expect([await lives(host, next), await lives(host, bob)]).toEqual([true, true]);
    expect((await host.get("/account/password/changed", { cookie: next })).body).toContain("Your password is changed");
    expect([(await login(host, "demo")).status, (await login(host, good)).status]).toEqual([401, 200]);
  });

  test("leaves the browser with a session of another id, which ends when the old one would have", async () => {
    const { advance, cookie, change } = await prepared();
    advance(100);
    const [before, after] = [payloadOf(cookie), payloadOf(cookieOf(await change()))];
    expect(after.sid).not.toBe(before.sid);
    expect(after.session_exp).toBe(before.session_exp);
    expect(after).toMatchObject({ sub: "alice", level: 1, amr: ["pwd"], auth_time: Number(before.auth_time) + 100 });
  });

  test("is refused to gates as a Basic credential at once, also where the old one was remembered", async () => {
    const { host, change } = await prepared();
    const edgeToken = await mint(host);
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(200);
    await change();
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(403);
    expect((await checkBasic(host, edgeToken, "alice", good)).status).toBe(200);
  });

  test("is told in the audit trail, and nothing secret in it or in the log", async () => {
    const { host, change } = await prepared();
    await logIn(host);
    await change({ current_password: "not the one" });
    await change();
    const records = host.log.filter(({ audit }) => audit === "password change");
    expect(records).toMatchObject([
      { outcome: "failure", by: "user", user: "alice", reason: "wrong password" },
      { outcome: "success", user: "alice", sessions: 1 },
    ]);
    expect(JSON.stringify(host.log)).not.toMatch(/purple|not the one/);
    const { stdout } = await zerohop(["audit", "--config", host.file, "--action", "password change", "--json"]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(readFileSync(join(host.folder, "users.yml"), "utf8")).not.toContain("purple");
  });

  test("needs the current one, whose tries are counted as those of logins are", async () => {
    const { host, cookie, change } = await prepared();
    const wrong = await change({ current_password: "wrong" });
    expect([wrong.status, problemOf(wrong)]).toEqual([401, expect.stringContaining("current password is wrong")]);
    expect(wrong.body).not.toContain(good);
    await change({ current_password: "wrong" });
    await change({ current_password: "wrong" });
    const held = await change();
    expect([held.status, held.headers["retry-after"]]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    // The browser of a session is no way around the ban of the login page, nor the other way round.
    expect((await login(host, "demo")).status).toBe(429);
    expect(await lives(host, cookie)).toBe(true);
  });

  test.each([
    [{ password: "", password_again: "" }, "Enter a new password."],
    [{ password: "short", password_again: "short" }, "at least 12 characters"],
    [{ password: good, password_again: "another" }, "differ"],
    [{ password: good }, "differ"],
    [{ password: "alice liddell", password_again: "alice liddell" }, "a name or an address of yours"],
    [{ password: "auth.example.com", password_again: "auth.example.com" }, "of this site"],
    [{ password: "x".repeat(1025), password_again: "x".repeat(1025) }, "too long"],
    [{ password: "with\ttab inside", password_again: "with\ttab inside" }, "no keyboard can type"],
  ])(
    "is refused with a reason and costs no try: %j",
    async (fields, reason) => {
      const { host, cookie, change } = await prepared();
      for (let times = 0; times < 4; times++) {
        const complete = "password_again" in fields ? fields : { ...fields, password_again: "" };
        const refused = await change({ current_password: "wrong", ...complete });
        expect([refused.status, problemOf(refused)]).toEqual([422, expect.stringContaining(reason)]);
      }
      expect((await login(host, "demo")).status).toBe(200);
      expect(await lives(host, cookie)).toBe(true);
    },
    30_000,
  );

  test("is not the one before", async () => {
    const off = "password_policy: { standard: { enabled: false }, zxcvbn: { enabled: false } }\n";
    const { change } = await prepared(configText + off);
    const same = await change({ password: "demo", password_again: "demo" });
    expect([same.status, problemOf(same)]).toEqual([422, expect.stringContaining("the one that you have now")]);
    expect((await change({ password: "d", password_again: "d" })).status).toBe(303);
  });

  test("opens with whatever form of the same letters is typed", async () => {
    const { host, change } = await prepared();
    const decomposed = "e\u0301le\u0301phant bleu marche seul";
    expect((await change({ password: decomposed, password_again: decomposed })).status).toBe(303);
    expect((await login(host, decomposed)).status).toBe(200);
    expect((await login(host, decomposed.normalize("NFC"))).status).toBe(200);
  });

  test("does not lock out whoever has an older hash of letters in another form", async () => {
    const decomposed = "e\u0301le\u0301phant";
    const hash = await hashArgon2(decomposed, cheapParameters);
    const host = await startHost({ users: `users:\n  alice:\n    password: ${hash}\n` });
    expect((await login(host, decomposed)).status).toBe(200);
  });

  test("comes after the second factor of whoever has one", async () => {
    const { host, clock, advance, cookie } = await prepared();
    const { cookie: raised, app } = await setUpApp(host, cookie, clock());
    advance(60);
    const fields = { current_password: "demo", password: good, password_again: good };
    const one = await logIn(host);
    const refused = await host.submit("/account/password", fields, { cookie: one });
    expect([refused.status, refused.headers.location]).toEqual([303, "/second-factor?next=%2Faccount%2Fpassword"]);
    expect((await host.get("/account/password", { cookie: one })).status).toBe(303);
    const body = { old_password: "demo", new_password: good };
    expect((await host.postJson("/api/change-password", body, { cookie: one })).status).toBe(403);
    expect(await lives(host, raised)).toBe(true);

    const second = await host.submit(
      "/second-factor/totp",
      { token: app.code(clock()), next: "/account/password" },
      { cookie: one },
    );
    expect(second.headers.location).toBe("/account/password");
    const two = cookieOf(second);
    advance(60);
    const changed = await host.submit("/account/password", fields, { cookie: two });
    expect(changed.status).toBe(303);
    // The password is no second factor: the session's age as one of level 2 is what it was.
    expect(payloadOf(cookieOf(changed))).toMatchObject({ level: 2, auth_time: payloadOf(two).auth_time });
  });

  test("is not changed from another site, without a session, or with one that has ended", async () => {
    const { host, cookie, change } = await prepared();
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "https://app.example.com" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ])
      expect((await change({}, headers)).status).toBe(403);
    const json = { old_password: "demo", new_password: good };
    for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "same-site" }])
      expect((await host.postJson("/api/change-password", json, { cookie, ...headers })).status).toBe(403);
    expect((await change({}, { cookie: "" })).headers.location).toBe("/account");
    expect((await host.postJson("/api/change-password", json)).status).toBe(401);
    await host.submit("/logout", {}, { cookie });
    expect((await change()).headers.location).toBe("/account");
    expect((await login(host, "demo")).status).toBe(200);
  });

  test("is not changed by a megabyte", async () => {
    const { host, cookie, change } = await prepared();
    expect((await change({ password: "x".repeat(2 ** 20) })).status).toBe(413);
    const json = { old_password: "demo", new_password: "x".repeat(2 ** 20) };
    expect((await host.postJson("/api/change-password", json, { cookie })).status).toBe(413);
  });

  test("is changed once by two who change it at once, and both others end", async () => {
    const { host, cookie } = await prepared();
    const other = await logIn(host);
    const fields = (next: string) => ({ current_password: "demo", password: next, password_again: next });
    const answers = await Promise.all([
      host.submit("/account/password", fields(`${good} one`), { cookie }),
      host.submit("/account/password", fields(`${good} two`), { cookie: other }),
    ]);
    expect([await lives(host, cookie), await lives(host, other)]).toEqual([false, false]);
    const open = await Promise.all(["one", "two"].map(async (end) => (await login(host, `${good} ${end}`)).status));
    expect(open.filter((status) => status === 200)).toHaveLength(1);
    expect(answers.some(({ status }) => status === 303)).toBe(true);
  });
});

describe("a portal that cannot change passwords", () => {
  test("says so on the account page when the users file cannot be written, and has no page for it", async () => {
    const { host, cookie, change } = await prepared();
    expect((await host.get("/account", { cookie })).body).toContain('href="/account/password"');
    // Root may write what it likes, but not what is not there.
    renameSync(join(host.folder, "users.yml"), join(host.folder, "away.yml"));
    expect((await host.get("/account", { cookie })).body).not.toContain('href="/account/password"');
    expect((await host.get("/account", { cookie })).body).toContain("Cannot be changed here");
    expect((await host.get("/account/password", { cookie })).status).toBe(404);
    expect((await change()).status).toBe(404);
    const body = { old_password: "demo", new_password: good };
    expect((await host.postJson("/api/change-password", body, { cookie })).status).toBe(404);
  });

  test("does not speak of it when the operator has switched it off", async () => {
    const text = configText.replace("  file:", "  password_change: { disable: true }\n  file:");
    const { host, cookie, change } = await prepared(text);
    expect((await host.get("/account", { cookie })).body).not.toMatch(/\/account\/password|Cannot be changed/);
    expect([(await host.get("/account/password", { cookie })).status, (await change()).status]).toEqual([404, 404]);
  });
});

describe("the API for passwords", () => {
  test("changes one, and says what is wrong in words and in a word", async () => {
    const { host, cookie } = await prepared();
    const change = (body: object, from = cookie) => host.postJson("/api/change-password", body, { cookie: from });
    const weak = await change({ old_password: "demo", new_password: "alice" });
    expect([weak.status, JSON.parse(weak.body)]).toEqual([
      422,
      {
        status: "KO",
        message: expect.stringContaining("at least 12 characters"),
        mistakes: ["too_short", "guessable_personal"],
      },
    ]);
    expect((await change({ old_password: "wrong", new_password: good })).status).toBe(401);
    expect((await change({ username: "bob", old_password: "demo", new_password: good })).status).toBe(403);
    const changed = await change({ username: "alice", old_password: "demo", new_password: good });
    expect([changed.status, changed.body]).toEqual([200, '{"status":"OK"}']);
    expect([await lives(host, cookie), await lives(host, cookieOf(changed))]).toEqual([false, true]);
  });

  test("tells the policy in Authelia's form", async () => {
    const { host } = await prepared();
    expect(JSON.parse((await host.get("/api/configuration/password-policy")).body).data).toEqual({
      ...{ mode: "standard", min_length: 12, max_length: 0, min_score: 3 },
      ...{ require_uppercase: false, require_lowercase: false, require_number: false, require_special: false },
    });
  });
});

describe("the page that changes a password", () => {
  test("tells the rules before anything is typed, tied to the field, and is made for password managers", async () => {
    const { host, cookie } = await prepared();
    const tags = readDocument((await host.get("/account/password", { cookie })).body);
    const input = (name: string) => tags.find(({ attributes }) => attributes.get("name") === name)!.attributes;
    expect(input("password").get("autocomplete")).toBe("new-password");
    expect(input("password_again").get("autocomplete")).toBe("new-password");
    expect(input("current_password").get("autocomplete")).toBe("current-password");
    expect([input("username").get("value"), input("username").has("hidden")]).toEqual(["alice", true]);
    expect(input("password").get("passwordrules")).toBe("minlength: 12; allowed: ascii-printable;");
    const list = tags.findIndex(({ attributes }) => attributes.get("id") === "rules");
    expect(input("password").get("aria-describedby")).toBe("rules");
    expect(tags.slice(list + 1, list + 3).map(({ text }) => text)).toEqual([
      "At least 12 characters",
      "Hard to guess: a few unrelated words are good",
    ]);
  });

  test("ties what is wrong to the field that it is about", async () => {
    const { change } = await prepared();
    const described = (answer: Answer, name: string) => {
      const tag = readDocument(answer.body).find(({ attributes }) => attributes.get("name") === name)!;
      return [tag.attributes.get("aria-describedby"), tag.attributes.has("aria-invalid")];
    };
    const weak = await change({ password: "short", password_again: "short" });
    expect(described(weak, "password")).toEqual(["error rules", true]);
    expect(described(weak, "current_password")).toEqual([undefined, false]);
    const wrong = await change({ current_password: "wrong" });
    expect(described(wrong, "password")).toEqual(["rules", false]);
    expect(described(wrong, "current_password")).toEqual(["error", true]);
  });
});

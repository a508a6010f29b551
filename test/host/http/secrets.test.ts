// The whole portal, walked through with secrets that are not to be mistaken for anything else: none of them is left where it has
// no business.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText, usersText } from "../../../workshop/host/files.ts";
import { type Answer, cookieOf, movableClock, startHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { login as mailLogin, startMailServer } from "../../../workshop/servers/mail-server.ts";
import { Authenticator } from "../support/authenticator.ts";
import { mint } from "../support/edge.ts";
import { App } from "../support/second-factor.ts";

const unmistakable = (what: string) => `${what}-${randomBytes(12).toString("hex")}-Xy`;

/** Six digits are part of many a longer number. */
function holds(content: string, secret: string): boolean {
  return /^\d{6}$/.test(secret) ? new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(content) : content.includes(secret);
}

/** The text of a link or a code in the latest mail with a subject. */
function inMail(mails: readonly { readonly bodies: Readonly<Record<string, string>> }[], pattern: RegExp): string {
  for (const { bodies } of mails.toReversed()) {
    const found = pattern.exec(bodies["text/plain"]!)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`no mail has ${pattern}`);
}

test("no secret is in the audit trail, in the log at its most talkative, in the database as it is, or in a mail of another purpose", async () => {
  const server = await startMailServer();
  const passwords = ["first", "second", "third", "by-an-operator"].map(unmistakable);
  const [first, second, third, fourth] = passwords as [string, string, string, string];
  const typed = ["wrong", "typed-as-a-name", "wrong-basic", "wrong-reset-token"].map(unmistakable);
  const [wrong, asName, wrongBasic, wrongToken] = typed as [string, string, string, string];
  const { clock, advance } = movableClock(Math.floor(Date.now() / 1000));
  const host = await startHost({
    clock,
    text: `${configText}
notifier:
  smtp:
    address: submission://127.0.0.1:${server.port}
    username: ${mailLogin.username}
    password: ${JSON.stringify(mailLogin.password)}
    sender: Zerohop <zerohop@mail.test>
    timeout: 20s
    tls: { ca_file: ${server.authorityFile}, server_name: mail.test }
`,
    users: (await usersText()).replace(/password: \S+/, `password: ${await hashArgon2(first, cheapParameters)}`),
  });
  const cookies = new Set<string>();
  const used = new Set<string>();
  const from = { "x-forwarded-for": "203.0.113.7", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
  /** Remembers every cookie, for each is a secret. */
  const keep = (answer: Answer): Answer => {
    for (const cookie of answer.headers["set-cookie"] ?? []) {
      const value = cookie.slice(cookie.indexOf("=") + 1).split(";")[0]!;
      if (value.length >= 16) cookies.add(value);
    }
    return answer;
  };
  let cookie = "";
  const headers = () => ({ ...from, cookie });
  const post = async (path: string, body: object) => keep(await host.postJson(path, body, headers()));
  const enter = async (path: string, body: object, method: "postJson" | "putJson" = "postJson") => {
    const answer = keep(await host[method](path, body, headers()));
    expect(answer.status, `${path}: ${answer.body}`).toBe(200);
    cookie = cookieOf(answer);
    return answer;
  };
  const data = (answer: Answer) => JSON.parse(answer.body).data;
  const mailed = (pattern: RegExp) =>
    vi.waitFor(
      () => {
        const found = inMail(server.received, pattern);
        expect(used).not.toContain(found);
        used.add(found);
        return found;
      },
      { timeout: 20_000, interval: 50 },
    );

  // Logins that fail, one of them with the password in the wrong field.
  await post("/api/firstfactor", { username: "alice", password: wrong });
  await post("/api/firstfactor", { username: asName, password: "x" });
  const token = await mint(host);
  await host.post("/api/edge/basic", Buffer.from(`alice:${wrongBasic}`).toString("base64"), {
    ...{ authorization: `Bearer ${token}`, "content-type": "text/plain" },
    ...{ "x-forwarded-for": "203.0.113.7", "x-zerohop-domain": "example.com" },
  });
  advance(60);
  await enter("/api/firstfactor", { username: "alice", password: first });

  // The mail server refuses at first.
  server.behaviour = { data: 451 };
  await post("/api/user/session/elevation", {});
  await vi.waitFor(() => expect(JSON.stringify(host.log)).toContain("e-mail not sent"), 20_000);
  server.behaviour = {};
  advance(16);
  const code = await mailed(/^ {4}([A-Z2-9-]+)$/m);
  const revocation = inMail(server.received, /revoke\?id=(\S+)/);
  await enter("/api/user/session/elevation", { otc: code }, "putJson");

  // Second factors, right and wrong ones.
  const { base32_secret, otpauth_url } = data(await host.putJson("/api/secondfactor/totp/register", {}, headers()));
  const app = new App(base32_secret);
  await post("/api/secondfactor/totp/register", { token: "000000" });
  const [confirming, later] = [app.code(clock()), app.code(clock() + 90)];
  await enter("/api/secondfactor/totp/register", { token: confirming });
  const { codes } = data(await host.putJson("/api/secondfactor/recovery", {}, headers()));
  const key = new Authenticator();
  const registration = data(await host.putJson("/api/secondfactor/webauthn/credential/register", {}, headers()));
  const created = { response: key.create(registration), description: "Key" };
  await enter("/api/secondfactor/webauthn/credential/register", created);
  const refusedOptions = data(await post("/api/secondfactor/webauthn/options", {}));
  await post("/api/secondfactor/webauthn", { response: key.get(refusedOptions, { forged: true }) });
  advance(90);
  await enter("/api/secondfactor/totp", { token: later });
  await post("/api/secondfactor/recovery", { token: "0000-0000-0000-0000" });
  advance(60);
  await enter("/api/secondfactor/recovery", { token: codes[0] });

  // Passwords: changed, reset, set by an operator.
  await enter("/api/change-password", { old_password: first, new_password: second });
  const asked = keep(await host.postJson("/api/reset-password/identity/start", { username: "alice" }, from));
  const browser = asked.headers["set-cookie"]![0]!.split(";")[0]!;
  const resetToken = await mailed(/reset-password\/new\?token=(\S+)/);
  const reset = { ...from, cookie: browser };
  await host.get(`/reset-password/new?token=${resetToken}`, { ...reset, accept: "text/html" });
  await host.postJson("/api/reset-password", { token: wrongToken, password: third }, reset);
  expect((await host.postJson("/api/reset-password", { token: resetToken, password: third }, reset)).status).toBe(200);
  const stdin = ["--password-stdin"];
  const operator = await zerohop(["user", "password", "--config", host.file, ...stdin, "alice"], { input: fourth });
  expect(operator.code, operator.stderr).toBe(0);

  // Basic credentials, and the end.
  await vi.waitFor(async () => {
    advance(60);
    const basic = await host.post("/api/edge/basic", Buffer.from(`alice:${fourth}`).toString("base64"), {
      ...{ authorization: `Bearer ${token}`, "content-type": "text/plain" },
      ...{ "x-forwarded-for": "203.0.113.7", "x-zerohop-domain": "example.com" },
    });
    expect(basic.status).toBe(200);
    cookies.add(basic.body);
  }, 20_000);
  await post("/api/logout", {});
  const notice = (subject: string) => () =>
    expect(server.received.map(({ headers }) => new Map(headers).get("subject"))).toContain(`[Zerohop] ${subject}`);
  await vi.waitFor(notice("Your password was reset"), 20_000);
  await vi.waitFor(notice("A recovery code was used"), 20_000);
  await host.stop();

  const uri = new URL(otpauth_url).searchParams.get("secret")!;
  const secrets: Readonly<Record<string, readonly string[]>> = {
    passwords,
    typed,
    "one-time code": [code, code.replace("-", "")],
    "links of mails": [revocation, resetToken],
    "authenticator app": [base32_secret, uri, confirming, later],
    "recovery codes": codes.flatMap((one: string) => [one, one.replaceAll("-", "")]),
    cookies: [...cookies],
    tokens: [token, ...[...cookies].filter((value) => value.includes(".")).map((jwt) => jwt.split(".")[2]!)],
    "the host's own": [mailLogin.password, "only for the tests of zerohop"],
    "Basic credentials": [wrongBasic, fourth].map((password) => Buffer.from(`alice:${password}`).toString("base64")),
  };
  expect(cookies.size).toBeGreaterThan(8);

  const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true });
  const trail = database.prepare("SELECT * FROM audit").all();
  database.close();
  const actions = new Set(trail.map(({ action }) => action));
  for (const action of [
    ...["login", "basic login", "second factor", "totp setup", "passkey setup", "recovery codes", "elevation code"],
    ...["elevation", "password change", "password reset request", "password reset", "user change"],
  ])
    expect(actions).toContain(action);
  const files = ["db.sqlite3", "db.sqlite3-wal"].map((name) => join(host.folder, name)).filter(existsSync);
  const places: Readonly<Record<string, string>> = {
    "the audit trail": JSON.stringify(trail),
    "the log": JSON.stringify(host.log),
    "what the command line printed": operator.stdout + operator.stderr,
    "the database": files.map((file) => readFileSync(file, "latin1")).join("\n"),
  };
  for (const [place, content] of Object.entries(places))
    for (const [kind, texts] of Object.entries(secrets))
      for (const text of texts) {
        // Six digits may stand in a file of random bytes by themselves.
        if (text.length <= 6 && place === "the database") continue;
        expect(holds(content, text), `${kind} in ${place}: ${text}`).toBe(false);
      }

  // Of the mails, a code's has the code, a link's has the link, and no other has anything.
  const allowed = (subject: string) =>
    subject.includes("one-time code") && !subject.includes("used")
      ? [code, revocation]
      : /password/i.test(subject) && !/was/.test(subject)
        ? [resetToken]
        : [];
  expect(server.received.length).toBeGreaterThan(8);
  for (const { headers: lines, bodies } of server.received) {
    const subject = new Map(lines).get("subject")!;
    const content = JSON.stringify([lines, bodies]);
    for (const [kind, texts] of Object.entries(secrets))
      for (const text of texts.filter((one) => !allowed(subject).includes(one)))
        expect(holds(content, text), `${kind} in the mail "${subject}": ${text}`).toBe(false);
  }
}, 120_000);

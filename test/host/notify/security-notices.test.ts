import { describe, expect, test, vi } from "vitest";
import { Audit } from "../../../host/audit/audit.ts";
import { passkeyTexts } from "../../../host/features/second-factor/passkeys/texts/index.ts";
import { recoveryCodeTexts } from "../../../host/features/second-factor/recovery-codes/texts/index.ts";
import { totpTexts } from "../../../host/features/second-factor/totp/texts/index.ts";
import { securityNotice } from "../../../host/features/security-notices/mails/security-notice.ts";
import { securityNoticeTexts } from "../../../host/features/security-notices/texts/index.ts";
import { languages } from "../../../portal/languages/index.ts";
import { temporaryFolder, usersText } from "../../../workshop/host/files.ts";
import {
  type Answer,
  cookieOf,
  movableClock,
  startHost,
  type TestHost,
  tokenOf,
} from "../../../workshop/host/in-process.ts";
import { checkBasic, fromOutside, mint } from "../support/edge.ts";
import { codeIn, mailConfigText, mailsIn } from "../support/mails.ts";
import { App } from "../support/second-factor.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const at = (address: string) => ({ "x-forwarded-for": address, "user-agent": firefox });

/** Longer than notices wait to be looked for. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1500));

/** The subjects of the mails, once there are so many. */
async function subjects(host: TestHost, count: number): Promise<readonly string[]> {
  const found = () => mailsIn(host).map(({ subject }) => subject);
  await vi.waitFor(() => expect(found().length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 20 });
  return found();
}

function logIn(host: TestHost, headers: Readonly<Record<string, string>>, username = "alice") {
  return host.postJson("/api/firstfactor", { username, password: "demo" }, headers);
}

function browserOf(answer: Answer): string {
  return answer.headers["set-cookie"]!.find((cookie) => cookie.startsWith("__Host-zerohop_browser"))!.split(";")[0]!;
}

describe("a user is told by e-mail", () => {
  test("of a login in a browser that is new, and of none in one that is known", async () => {
    const host = await startHost({ text: mailConfigText });
    const first = await logIn(host, at("203.0.113.7"));
    expect(await subjects(host, 1)).toEqual(["A login from a new place"]);
    const [mail] = mailsIn(host);
    expect(mail!.to).toBe("Alice Liddell <alice@example.com>");
    expect(mail!.text).toMatch(/^Account: alice\nTime: .* UTC\nAddress: 203\.0\.113\.7\nDevice: Firefox on Linux$/m);
    expect(mail!.text).toContain("Your account:\nhttps://auth.example.com/account\n");
    expect(mail!.text).toContain("If this was not you");
    // The same browser, wherever it is; then another one in the same network.
    await logIn(host, { ...at("198.51.100.1"), cookie: browserOf(first) });
    await logIn(host, at("203.0.113.7"));
    expect(await subjects(host, 2)).toHaveLength(2);
    await aWhile();
    expect(mailsIn(host)).toHaveLength(2);
  });

  test("of a Basic credential that is used from a new network", async () => {
    const host = await startHost({ text: mailConfigText });
    const token = await mint(host);
    const use = (address: string) => checkBasic(host, token, "alice", "demo", address);
    expect((await use("203.0.113.7")).status).toBe(200);
    expect(await subjects(host, 1)).toEqual(["A login from a new place"]);
    expect(mailsIn(host)[0]!.text).not.toContain("Device:");
  });

  test("of every change of how the account logs in, and of a code that was used, with nothing secret in it", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ text: mailConfigText, clock });
    const login = await logIn(host, at("203.0.113.7"));
    const headers = { ...at("203.0.113.7"), cookie: cookieOf(login) };
    await host.postJson("/api/user/session/elevation", {}, headers);
    await subjects(host, 2);
    const code = codeIn(mailsIn(host).find(({ subject }) => subject === "Your one-time code")!);
    headers.cookie = cookieOf(await host.putJson("/api/user/session/elevation", { otc: code }, headers));
    const { base32_secret } = JSON.parse(
      (await host.putJson("/api/secondfactor/totp/register", {}, headers)).body,
    ).data;
    const app = new App(base32_secret);
    const token = app.code(clock());
    headers.cookie = cookieOf(await host.postJson("/api/secondfactor/totp/register", { token }, headers));
    const { codes } = JSON.parse((await host.putJson("/api/secondfactor/recovery", {}, headers)).body).data;
    const recovered = await host.postJson("/api/secondfactor/recovery", { token: codes[0] }, headers);
    headers.cookie = cookieOf(recovered);
    await logIn(host, { ...at("203.0.113.7"), cookie: browserOf(login) });
    await host.postJson("/api/user/sessions/revoke-others", {}, headers);
    advance(60);
    await host.delete("/api/secondfactor/totp", headers);
    const expected = [
      "A login from a new place",
      "A one-time code was used",
      "A recovery code was used",
      "An authenticator app was removed",
      "An authenticator app was set up",
      "New recovery codes were made",
      "You were logged out elsewhere",
      "Your one-time code",
    ];
    expect([...(await subjects(host, expected.length))].sort()).toEqual(expected);
    const notices = mailsIn(host).filter(({ subject }) => subject !== "Your one-time code");
    for (const secret of [code, base32_secret, token, ...codes, tokenOf(headers.cookie)])
      expect(JSON.stringify(notices)).not.toContain(secret);
    for (const { text } of notices) expect(text.match(/https?:\S+/g)).toEqual(["https://auth.example.com/account"]);
  });

  test("of a ban, whoever made the attempts; and nobody of one of a name that nobody has", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ text: mailConfigText, clock });
    for (const username of ["alice", "nobody"])
      for (let attempt = 0; attempt < 3; attempt++) {
        await host.postJson("/api/firstfactor", { username, password: "wrong" }, at("192.0.2.66"));
        advance(2);
      }
    expect(await subjects(host, 1)).toEqual(["Your account is locked for a while"]);
    expect(mailsIn(host)[0]!.text).toContain("Address: 192.0.2.66");
    await aWhile();
    expect(mailsIn(host)).toHaveLength(1);
  });

  test("of what was done while no host ran, once, however many hosts run then", async () => {
    const folder = temporaryFolder();
    const before = await startHost({ folder });
    const record = (user: string, action: "password change" | "password reset" | "user change") =>
      fromOutside(before, (store) =>
        new Audit(store.audit, () => Math.floor(Date.now() / 1000)).record({
          ...{ action, user, by: action === "user change" ? "operator" : "user" },
          ...(action === "user change" && { detail: { change: "password set" } }),
        }),
      );
    await record("alice", "password change");
    await record("alice", "password reset");
    await record("alice", "user change");
    await record("bob", "password change");
    await before.stop();
    const hosts = [
      await startHost({ folder, text: mailConfigText }),
      await startHost({ folder, text: mailConfigText }),
    ];
    const expected = ["Your password was changed", "Your password was changed", "Your password was reset"];
    expect([...(await subjects(hosts[0]!, 3))].sort()).toEqual(expected);
    await aWhile();
    // bob has no address.
    expect(mailsIn(hosts[0]!)).toHaveLength(3);
    expect(await fromOutside(before, (store) => store.audit.dueNotices(9))).toEqual([]);
  });

  test("of no old story, such as what happened before e-mail was configured", async () => {
    const folder = temporaryFolder();
    const { clock, advance } = movableClock();
    const before = await startHost({ folder, clock });
    await logIn(before, at("203.0.113.7"));
    await before.stop();
    advance(86_401);
    const host = await startHost({ folder, clock, text: mailConfigText });
    await vi.waitFor(
      async () => expect(await fromOutside(host, (store) => store.audit.dueNotices(9))).toEqual([]),
      20_000,
    );
    expect(mailsIn(host)).toEqual([]);
  });

  test("in the language of the places that are known to be theirs, whatever language an intruder speaks", async () => {
    const host = await startHost({ text: mailConfigText });
    const german = { ...at("203.0.113.7"), "accept-language": "de" };
    const first = await logIn(host, german);
    expect(await subjects(host, 1)).toEqual(["Anmeldung von einem neuen Ort"]);
    await logIn(host, { ...at("192.0.2.66"), "accept-language": "ja" });
    expect((await subjects(host, 2))[1]).toBe("Anmeldung von einem neuen Ort");
    await logIn(host, { ...german, "accept-language": "fr", cookie: browserOf(first) });
    await logIn(host, at("192.0.2.67"));
    expect((await subjects(host, 3))[2]).toBe("Connexion depuis un nouvel endroit");
  });

  test("so often and no more, and the audit trail says so", async () => {
    const host = await startHost({ text: mailConfigText });
    await fromOutside(host, async (store) => {
      const audit = new Audit(store.audit, () => Math.floor(Date.now() / 1000));
      for (let count = 0; count < 25; count++)
        await audit.record({ action: "totp setup", user: "alice", tellUser: true });
    });
    expect(await subjects(host, 20)).toHaveLength(20);
    const refused = () => fromOutside(host, (store) => store.audit.records({ action: "mail" }));
    await vi.waitFor(async () => expect(await refused()).toHaveLength(5), { timeout: 20_000 });
    expect((await refused())[0]).toMatchObject({ outcome: "failure", by: "host", user: "alice" });
    await aWhile();
    expect(mailsIn(host)).toHaveLength(20);
  });

  test("and has what visitors and passkeys call themselves shown as text", async () => {
    const users = (await usersText()).replace(
      "displayname: Alice Liddell",
      'displayname: "A <b>\\u202e, Inc. \\"x\\""',
    );
    const host = await startHost({ text: mailConfigText, users });
    await fromOutside(host, (store) =>
      new Audit(store.audit, () => Math.floor(Date.now() / 1000)).record({
        ...{ action: "passkey setup", user: "alice", address: "203.0.113.7" },
        ...{
          userAgent: "<img src=x>\r\nBcc: mallory@evil.com",
          detail: { passkey: "id", name: "<script>\u009b1m\n" },
          tellUser: true,
        },
      }),
    );
    expect(await subjects(host, 1)).toEqual(["A passkey was added"]);
    const [mail] = mailsIn(host);
    expect(mail!.to).toBe('A <b> , Inc. "x" <alice@example.com>');
    expect(mail!.text).toContain("Passkey: <script>\ufffd1m\ufffd");
    expect(mail!.text).toContain("Device: Unknown device");
    expect(mail!.text).not.toContain("Bcc");
  });
});

describe.each(languages)("the notices in $name", (language) => {
  const all = [
    securityNoticeTexts(language).notices,
    totpTexts(language).notices,
    passkeyTexts(language).notices,
    recoveryCodeTexts(language).notices,
  ];
  const notices = all.flatMap((some) => Object.entries(some));
  const hostile = `<script>alert(1)</script>"'&`;

  test.each(notices)("%s: text and HTML say the same, escaped, and ask nobody for anything", (_, notice) => {
    const { title, text, html } = securityNotice(language, {
      ...{ ...notice, username: hostile, time: 1_790_000_000, address: hostile, userAgent: hostile },
      facts: [["Passkey", hostile]],
      accountUrl: "https://auth.example.com/account",
    });
    expect(html).toContain(`<html lang="${language.tag}">`);
    expect(html).not.toMatch(/<script|<img|<link|url\(|src=/i);
    expect(html.match(/(?:href|action)="[^"]*"/g)).toEqual(['href="https://auth.example.com/account"']);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    for (const said of [title, notice.text]) {
      expect(text).toContain(said);
      expect(html.replaceAll("&#39;", "'")).toContain(said);
    }
    expect(text).toContain("https://auth.example.com/account");
  });
});

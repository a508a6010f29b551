import { describe, expect, test } from "vitest";
import type { Letter, Recipient } from "../../../host/notify/mail.ts";
import { Undelivered } from "../../../host/notify/mail.ts";
import { SmtpCarrier, type SmtpSettings } from "../../../host/notify/smtp.ts";
import { login, startMailServer } from "../../../workshop/servers/mail-server.ts";

const alice: Recipient = { name: "Alice Liddell", address: "alice@example.com" };
const mail = { title: "A title", text: "The text.\n", html: "<p>The text.</p>" };

function letter(changes: Partial<Letter> = {}): Letter {
  return { id: "5f0c", to: alice, mail, writtenAt: 1_790_000_000, ...changes };
}

const inTime = () => AbortSignal.timeout(20_000);

async function failure(settings: SmtpSettings, sent = letter()): Promise<Undelivered> {
  const error = await new SmtpCarrier(settings).deliver(sent, inTime()).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Undelivered);
  return error as Undelivered;
}

describe("a mail by SMTP", () => {
  test("goes over STARTTLS with a login, as text and HTML", async () => {
    const server = await startMailServer();
    await new SmtpCarrier(server.settings()).deliver(letter(), inTime());
    expect(server.received).toMatchObject([
      { from: "zerohop@mail.test", to: [alice.address], secure: true, user: login.username },
    ]);
    const [{ headers, bodies }] = server.received as [(typeof server.received)[0]];
    expect(Object.fromEntries(headers)).toMatchObject({
      from: "Zerohop <zerohop@mail.test>",
      to: "Alice Liddell <alice@example.com>",
      subject: "[Zerohop] A title",
      date: "Mon, 21 Sep 2026 14:13:20 +0000",
      "message-id": "<5f0c@mail.test>",
      "auto-submitted": "auto-generated",
    });
    expect(bodies).toEqual({ "text/plain": "The text.", "text/html": "<p>The text.</p>" });
  });

  test("goes over TLS from the start where the address says so", async () => {
    const server = await startMailServer({ implicitTls: true });
    await new SmtpCarrier(server.settings()).deliver(letter(), inTime());
    expect(server.received).toMatchObject([{ secure: true }]);
  });

  test("can be text alone", async () => {
    const server = await startMailServer();
    await new SmtpCarrier(server.settings({ html: false })).deliver(letter(), inTime());
    expect(server.received[0]!.bodies).toEqual({ "text/plain": "The text." });
  });

  test("does not go to a server without STARTTLS, unless the config allows it", async () => {
    const server = await startMailServer({ starttls: false });
    const noLogin = { username: undefined, password: undefined };
    const refused = await failure(server.settings(noLogin));
    expect(refused).toMatchObject({ forGood: false, message: expect.stringMatching(/ETLS|STARTTLS/) });
    expect(server.received).toEqual([]);
    const plain = { ...noLogin, requireTls: false };
    await new SmtpCarrier(server.settings(plain)).deliver(letter(), inTime());
    expect(server.received).toMatchObject([{ secure: false }]);
  });

  test("uses STARTTLS where the server has it, even when plain text is allowed", async () => {
    const server = await startMailServer();
    await new SmtpCarrier(server.settings({ requireTls: false })).deliver(letter(), inTime());
    expect(server.received).toMatchObject([{ secure: true }]);
  });

  test.each([
    ["of an authority that is not trusted", {}, { ca: undefined }],
    ["of another name", { certificateFor: "other.test" }, {}],
  ])("does not go to a server with a certificate %s", async (_what, options, tls) => {
    const server = await startMailServer(options);
    const settings = server.settings();
    const wrong = await failure({ ...settings, tls: { ...settings.tls, ...tls } });
    expect(wrong).toMatchObject({ forGood: false, message: expect.stringMatching(/certificate|altnames/i) });
    const plainAllowed = await failure({ ...settings, requireTls: false, tls: { ...settings.tls, ...tls } });
    expect(plainAllowed.forGood).toBe(false);
    expect(server.received).toEqual([]);
    const careless = { ...settings, tls: { ...settings.tls, ...tls, skipVerify: true } };
    await new SmtpCarrier(careless).deliver(letter(), inTime());
    expect(server.received).toHaveLength(1);
  });

  test("waits for a better time when the login, the server or the mailbox fails for now", async () => {
    const server = await startMailServer();
    expect(await failure(server.settings({ password: "wrong" }))).toMatchObject({ forGood: false });
    server.behaviour = { recipient: 450 };
    expect(await failure(server.settings())).toMatchObject({ forGood: false });
    server.behaviour = { data: 451 };
    expect(await failure(server.settings())).toMatchObject({ forGood: false });
    await server.stop();
    expect(await failure(server.settings())).toMatchObject({ forGood: false });
  });

  test("is given up when the server will never have it", async () => {
    const server = await startMailServer();
    server.behaviour = { recipient: 550 };
    expect(await failure(server.settings())).toMatchObject({ forGood: true });
    server.behaviour = { data: 554 };
    expect(await failure(server.settings())).toMatchObject({ forGood: true });
    expect(await failure(server.settings(), letter({ to: { name: "x", address: "x" } }))).toMatchObject({
      forGood: true,
    });
  });

  test("does not repeat what the server said, which may be a secret", async () => {
    const server = await startMailServer();
    server.behaviour = { data: 554 };
    expect((await failure(server.settings())).message).not.toContain(login.password);
    expect((await failure(server.settings({ password: `${login.password}!` }))).message).not.toContain(login.password);
  });

  test("ends when a slow server has had its time, or its try has", async () => {
    const server = await startMailServer();
    server.behaviour = { delay: 40_000 };
    const started = Date.now();
    expect(await failure(server.settings({ timeout: 1 }))).toMatchObject({ forGood: false });
    const soon = new SmtpCarrier(server.settings({ timeout: 20 })).deliver(letter(), AbortSignal.timeout(300));
    await expect(soon).rejects.toBeInstanceOf(Undelivered);
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe("the check at the start", () => {
  test("logs in, and names a recipient where there is one, and leaves no mail behind", async () => {
    const server = await startMailServer();
    const check = (changes: Partial<SmtpSettings>) => new SmtpCarrier(server.settings(changes)).check(inTime());
    await check({});
    await check({ startupCheckAddress: "postmaster@mail.test" });
    await expect(check({ password: "wrong" })).rejects.toBeInstanceOf(Undelivered);
    server.behaviour = { recipient: 550 };
    await check({});
    await expect(check({ startupCheckAddress: "postmaster@mail.test" })).rejects.toBeInstanceOf(Undelivered);
    await server.stop();
    await expect(check({})).rejects.toBeInstanceOf(Undelivered);
    expect(server.received).toEqual([]);
  });
});

describe("what a directory says of a recipient", () => {
  const hostile = [
    "Alice\r\nBcc: mallory@evil.com",
    "Alice\nSubject: other",
    "Alice\r\n\r\nanother body",
    "mallory@evil.com, Alice",
    '"Alice" <mallory@evil.com>, "',
    "Alice <mallory@evil.com>",
    "Алиса, 愛麗絲; \u202Ereversed\u2028",
    "Alice\u0000\u0085\u000B\uD800",
    "=?UTF-8?Q?Alice=0D=0ABcc:_mallory@evil.com?=",
    "x".repeat(10_000),
  ];

  test.each(hostile)("adds no header and no recipient as a name or a title: %j", async (text) => {
    const server = await startMailServer();
    const sent = letter({ to: { name: text, address: alice.address }, mail: { ...mail, title: text } });
    await new SmtpCarrier(server.settings({ sender: { name: text, address: "zerohop@mail.test" } })).deliver(
      sent,
      inTime(),
    );
    const [received] = server.received;
    expect(received!.to).toEqual([alice.address]);
    const names = received!.headers.map(([name]) => name);
    expect(names.filter((name) => ["from", "to", "subject", "date"].includes(name)).sort()).toEqual([
      "date",
      "from",
      "subject",
      "to",
    ]);
    expect(names).not.toContain("bcc");
    expect(names).not.toContain("cc");
    expect(received!.bodies["text/plain"]).toBe("The text.");
    // Whatever the name is, the header's own address is the last thing in it, and the only one in angle brackets.
    const head = received!.source.slice(0, received!.source.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
    expect(
      /^To: (.*)$/m
        .exec(head)![1]!
        .replace(/"(?:[^"\\]|\\.)*"/g, "")
        .match(/[^\s<>,]+@[^\s<>,]+/g),
    ).toEqual([alice.address]);
    for (const line of received!.source.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    expect(head).not.toMatch(/[^\x09\x0A\x0D\x20-\x7e]/);
  });

  test.each([
    "alice@example.com\r\nBcc: mallory@evil.com",
    "alice@example.com,mallory@evil.com",
    "alice@example.com>\r\nRCPT TO:<mallory@evil.com",
    "<alice@example.com>",
    '"alice mallory@evil.com"@example.com',
    "alice@example.com mallory@evil.com",
    "alice@",
    "@example.com",
    "alice",
    "",
    "alice@exa mple.com",
    "alice@example.com;mallory@evil.com",
    "group:alice@example.com",
    "alice@[127.0.0.1]",
    `${"a".repeat(65)}@example.com`,
  ])("is no address that mail is sent to: %j", async (address) => {
    const server = await startMailServer();
    expect(await failure(server.settings(), letter({ to: { name: "Alice", address } }))).toMatchObject({
      forGood: true,
    });
    expect(server.received).toEqual([]);
  });

  test.each([
    ["a.b+c@example.com", "a.b+c@example.com"],
    ["alice@Bücher.Example", "alice@xn--bcher-kva.example"],
    ["o'hara_1@sub.example.co.uk", "o'hara_1@sub.example.co.uk"],
    ["jürgen@example.com", "jürgen@example.com"],
  ])("is an address as people have them: %s", async (address, seen) => {
    const server = await startMailServer();
    await new SmtpCarrier(server.settings()).deliver(letter({ to: { name: "Alice", address } }), inTime());
    expect(server.received[0]!.to).toHaveLength(1);
    expect(new Map(server.received[0]!.headers).get("to")).toBe(`Alice <${seen}>`);
  });
});

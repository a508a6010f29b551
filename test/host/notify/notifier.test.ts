import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { createLog } from "../../../host/kit/log.ts";
import { type Letter, Undelivered } from "../../../host/notify/mail.ts";
import { type GivenUp, Notifier, type Promised } from "../../../host/notify/notifier.ts";
import { SmtpCarrier, type SmtpSettings } from "../../../host/notify/smtp.ts";
import { encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";
import { movableClock } from "../../../workshop/host/in-process.ts";
import { type MailServer, startMailServer } from "../../../workshop/servers/mail-server.ts";
import { openSqliteStores } from "../support/stores.ts";

const { clock, advance } = movableClock();

function promised(changes: Partial<Promised> = {}): Promised {
  return {
    purpose: "security notice",
    username: "alice",
    to: { name: "Alice", address: "alice@example.com" },
    mail: { title: "A title", text: `secret-${randomUUID()}`, html: "<p>secret-html</p>" },
    expiresAt: clock() + 3600,
    ...changes,
  };
}

interface World {
  readonly notifier: Notifier;
  readonly gaveUp: readonly GivenUp[];
  readonly log: readonly string[];
}

let file: string;
let server: MailServer;

beforeEach(async () => {
  file = join(temporaryFolder(), "db");
  server = await startMailServer();
});

/** A host's notifier on the test's database. */
async function open(settings: Partial<SmtpSettings> = {}, started = true): Promise<World> {
  const store = openSqliteStores(file);
  const encryption = await KeyEncryption.open(store.encryption, encryptionKey);
  const gaveUp: GivenUp[] = [];
  const log: string[] = [];
  const notifier = new Notifier({
    ...{
      store: store.outbox,
      encryption,
      clock,
      log: createLog("trace", { write: (line: string) => void log.push(line) }),
    },
    carrier: new SmtpCarrier(server.settings(settings)),
    gaveUp: async (mail) => void gaveUp.push(mail),
  });
  if (started) notifier.start();
  onTestFinished(async () => {
    await notifier.stop();
    await store.close();
  });
  return { notifier, gaveUp, log };
}

const arrive = (count: number) =>
  vi.waitFor(() => expect(server.received).toHaveLength(count), { timeout: 20_000, interval: 20 });

/** Longer than the notifier waits to look again. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1300));

describe("the notifier", () => {
  test("sends what was promised, at once and once", async () => {
    const { notifier } = await open();
    expect(await notifier.send(promised())).toBe(true);
    await arrive(1);
    await aWhile();
    expect(server.received).toHaveLength(1);
  });

  test("keeps mails encrypted, forgets them once they are sent, and tells neither text nor address to the log", async () => {
    const { notifier, log } = await open({}, false);
    const mail = promised();
    await notifier.send(mail);
    const atRest = () => [file, `${file}-wal`].map((path) => readFileSync(path, "latin1")).join();
    expect(atRest()).toContain("security notice");
    for (const secret of [mail.mail.text, "secret-html", "alice@example.com"]) expect(atRest()).not.toContain(secret);
    notifier.start();
    await arrive(1);
    await vi.waitFor(() => expect(log.join()).toContain("e-mail sent"), { timeout: 20_000 });
    const store = openSqliteStores(file);
    expect(await store.outbox.waiting()).toBe(0);
    await store.close();
    for (const secret of [mail.mail.text, "secret-html", "alice@example.com"]) expect(log.join()).not.toContain(secret);
  });

  test("waits for a server that is down, more patiently each time, and sends when it is back", async () => {
    await server.stop();
    const { notifier, log } = await open();
    await notifier.send(promised());
    const failures = () => log.filter((line) => line.includes("e-mail not sent"));
    for (const pause of [15, 30, 60]) {
      const before = failures().length;
      if (pause > 15) advance(pause / 2);
      await vi.waitFor(() => expect(failures()).toHaveLength(before + 1), { timeout: 20_000, interval: 20 });
      expect(failures().at(-1)).toContain(`next try in ${pause} s`);
    }
    await server.start();
    await aWhile();
    expect(server.received).toHaveLength(0);
    advance(60);
    await arrive(1);
  });

  test("sends what a host that was killed had promised, and what it was killed over", async () => {
    const before = await open({}, false);
    await before.notifier.send(promised());
    await before.notifier.send(promised({ username: "bob" }));
    const store = openSqliteStores(file);
    await store.outbox.claim(clock(), clock() + 45);
    await store.close();
    await open();
    await arrive(1);
    advance(46);
    await arrive(2);
  });

  test("of several hosts on one database sends each mail once", async () => {
    const hosts = [await open(), await open(), await open()];
    server.behaviour = { delay: 50 };
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    await Promise.all(
      names.map((username, index) =>
        hosts[index % 3]!.notifier.send(promised({ username, to: { name: "", address: `${username}@example.com` } })),
      ),
    );
    await arrive(20);
    await aWhile();
    expect(server.received.map(({ to }) => to[0]).sort()).toEqual(names.map((name) => `${name}@example.com`).sort());
  });

  test("gives up what is of no use any more, or what the server will never have, and says so", async () => {
    await server.stop();
    const { notifier, gaveUp } = await open();
    await notifier.send(promised({ purpose: "one-time code", expiresAt: clock() + 10 }));
    await vi.waitFor(() => expect(gaveUp).toHaveLength(1), { timeout: 20_000 });
    await server.start();
    server.behaviour = { recipient: 550 };
    await notifier.send(promised({ username: "bob" }));
    await vi.waitFor(() => expect(gaveUp).toHaveLength(2), { timeout: 20_000 });
    expect(gaveUp).toMatchObject([
      { purpose: "one-time code", username: "alice" },
      { purpose: "security notice", username: "bob", reason: expect.stringContaining("550") },
    ]);
    expect(JSON.stringify(gaveUp)).not.toContain("secret-");
  });

  test("does not send what became useless while no host ran", async () => {
    const { notifier, gaveUp } = await open({}, false);
    await notifier.send(promised({ expiresAt: clock() + 60 }));
    advance(61);
    notifier.start();
    await vi.waitFor(() => expect(gaveUp).toHaveLength(1), { timeout: 20_000 });
    expect(server.received).toEqual([]);
  });

  test("buries nobody in mails: so many for a user, so many for an address, of each purpose", async () => {
    const { notifier } = await open({}, false);
    const send = (changes: Partial<Promised>) => notifier.send(promised({ purpose: "password reset", ...changes }));
    const to = { name: "", address: "shared@example.com" };
    for (const username of ["alice", "ALICE ", "bob"]) expect(await send({ username, to })).toBe(true);
    expect(await send({ username: "carol", to })).toBe(false);
    expect(await send({ username: "alice", to: { name: "", address: "other@example.com" } })).toBe(true);
    expect(await send({ username: "alice", to: { name: "", address: "third@example.com" } })).toBe(false);
    expect(await send({ purpose: "one-time code", username: "carol", to })).toBe(true);
    advance(901);
    expect(await send({ username: "carol", to })).toBe(true);
  });

  test("counts no mail from while the clock was far ahead, once it has been put right", async () => {
    const { notifier } = await open({}, false);
    const send = () => notifier.send(promised({ purpose: "password reset" }));
    const outcomes = async () => [await send(), await send(), await send(), await send()];
    advance(86_400);
    expect(await outcomes()).toEqual([true, true, true, false]);
    advance(-86_400);
    expect(await outcomes()).toEqual([true, true, true, false]);
    // The clock of another host may be a little ahead.
    advance(-60);
    expect(await send()).toBe(false);
  });

  test("does the same where there is nobody to write to, and sends nothing", async () => {
    const { notifier, gaveUp, log } = await open();
    const ghost = promised({ purpose: "password reset", username: "nobody", to: undefined });
    for (const expected of [true, true, true, false]) expect(await notifier.send(ghost)).toBe(expected);
    await aWhile();
    const store = openSqliteStores(file);
    expect(await store.outbox.waiting()).toBe(0);
    await store.close();
    expect([server.received, gaveUp, log]).toEqual([[], [], []]);
  });

  test("lets a slow server hold up nobody else's mail for long", async () => {
    const { notifier } = await open();
    // Longer than anything takes on a busy machine, so that whoever waits for these mails is seen to.
    server.behaviour = { delay: 6000 };
    for (let index = 0; index < 3; index++)
      await notifier.send(
        promised({ username: `slow-${index}`, to: { name: "", address: `slow-${index}@example.com` } }),
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.behaviour = {};
    await notifier.send(promised({ username: "quick", to: { name: "", address: "quick@example.com" } }));
    await arrive(1);
    expect(server.received[0]!.to).toEqual(["quick@example.com"]);
  });

  test("lets mails arrive that are on their way when the host stops", async () => {
    const { notifier } = await open();
    server.behaviour = { delay: 500 };
    await notifier.send(promised());
    await new Promise((resolve) => setTimeout(resolve, 200));
    await notifier.stop();
    expect(server.received).toHaveLength(1);
  });

  test("goes on with other mails when one cannot even be read", async () => {
    const store = openSqliteStores(file);
    const { notifier, log } = await open({}, false);
    const { entry, limit } = notifier.prepare(promised());
    await store.outbox.add({ ...entry, message: entry.message.slice(0, -1) }, limit);
    await store.close();
    await notifier.send(promised({ username: "bob" }));
    notifier.start();
    await arrive(1);
    expect(log.join()).toContain("cannot work on the mails");
  });

  test("says at the start what does not work, and works on", async () => {
    const { notifier, log } = await open({ password: "wrong" });
    await notifier.check();
    expect(log.join()).toContain("e-mail cannot be sent now");
    const right = await open();
    await right.notifier.check();
    expect(right.log.join()).not.toContain("cannot be sent");
  });
});

test("a carrier's failure holds nothing of the mail", async () => {
  await server.stop();
  const { mail, to } = promised();
  const letter: Letter = { id: "1", to: to!, mail, writtenAt: clock() };
  const error = await new SmtpCarrier(server.settings()).deliver(letter, AbortSignal.timeout(5000)).catch((one) => one);
  expect(error).toBeInstanceOf(Undelivered);
  expect(JSON.stringify([error.message, String(error.cause)])).not.toContain("secret-");
});

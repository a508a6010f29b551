import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { BundleContent } from "../../../../host/gates/edge/bundle.ts";
import { BundlePublisher } from "../../../../host/gates/edge/publisher.ts";
import { movableClock } from "../../../../workshop/host/in-process.ts";
import { cpuTime } from "../../../../workshop/processes/cpu-time.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const forever = new AbortController().signal;

async function openPublisher() {
  const time = movableClock();
  let revoked: string[] = [];
  let fail = false;
  let version = 0;
  let published = 0;
  const publisher = await BundlePublisher.open(
    {
      content: async (): Promise<BundleContent> => {
        if (fail) throw new Error("the database is away");
        return { keys: [], outage_grace: 900, cookies: [], policy: {}, revoked_sessions: revoked, not_before: {} };
      },
      version: async () => {
        published++;
        return ++version;
      },
      root: () => ({ kid: "root", x: "", privateKey }),
    },
    time.clock,
  );
  return {
    publisher,
    ...time,
    revoke: (sid: string) => {
      revoked = [...revoked, sid];
    },
    setFail: (value: boolean) => {
      fail = value;
    },
    published: () => published,
  };
}

describe("a publisher whose changes do not end", () => {
  test("leaves two thirds of the time to others, and publishes every change", async () => {
    const busy = 20;
    let revoked: string[] = [];
    let version = 0;
    const spend = () => {
      for (const until = performance.now() + busy; performance.now() < until; );
    };
    const source = {
      content: async (): Promise<BundleContent> => {
        spend();
        return { keys: [], outage_grace: 900, cookies: [], policy: {}, revoked_sessions: revoked, not_before: {} };
      },
      version: async () => ++version,
      root: () => ({ kid: "root", x: "", privateKey }),
    };
    const publisher = await BundlePublisher.open(source, movableClock().clock);
    const ends = performance.now() + 1000;
    for (let i = 0; performance.now() < ends; i++) {
      revoked = [...revoked, `session ${i}`];
      await publisher.publish();
      expect(publisher.content.revoked_sessions).toEqual(revoked);
    }
    // Each takes two looks at the content, and then rests for twice as long: 120 ms together.
    expect(version - 1).toBeLessThanOrEqual(1 + 1000 / (6 * busy));
  });
});

describe("the publishers of hosts that share a database", () => {
  test("leave no revocation of the other's out of a higher version", async () => {
    const time = movableClock();
    const database = { revoked: [] as string[], hash: "", version: 0 };
    let between = async () => {};
    const source = {
      content: async (): Promise<BundleContent> => {
        const revoked_sessions = [...database.revoked];
        return { keys: [], outage_grace: 900, cookies: [], policy: {}, revoked_sessions, not_before: {} };
      },
      version: async (hash: string) => {
        await between();
        if (hash !== database.hash) database.version++;
        database.hash = hash;
        return database.version;
      },
      root: () => ({ kid: "root", x: "", privateKey }),
    };
    const [one, other] = [
      await BundlePublisher.open(source, time.clock),
      await BundlePublisher.open(source, time.clock),
    ];
    database.revoked.push("a");
    // Comes between what this one has read and the version it gets.
    between = async () => {
      between = async () => {};
      database.revoked.push("b");
      await other.publish();
    };
    await one.publish();
    expect(one.content.revoked_sessions).toEqual(["a", "b"]);
    expect(one.current.version).toBeGreaterThanOrEqual(other.current.version);
  });
});

describe("the publisher", () => {
  test("signs again once its clock was set back by more than clocks differ", async () => {
    const { publisher, advance, published } = await openPublisher();
    const { issuedAt } = publisher.current;
    advance(-60);
    await publisher.publish();
    expect([publisher.current.issuedAt, published()]).toEqual([issuedAt, 1]);
    advance(-1);
    await publisher.publish();
    expect([publisher.current.issuedAt, published()]).toEqual([issuedAt - 61, 2]);
  });

  test("wakes thousands of waiters with one signature, and keeps none of them", async () => {
    const { publisher, revoke, published } = await openPublisher();
    const { etag } = publisher.current;
    const waiting = Array.from({ length: 5000 }, () => publisher.newerThan(etag, 60_000, forever));
    expect(publisher.waiting).toBe(5000);
    revoke("a");
    const started = cpuTime();
    await publisher.publish();
    const answers = await Promise.all(waiting);
    expect(cpuTime() - started).toBeLessThan(500);
    expect(new Set(answers)).toEqual(new Set([publisher.current]));
    expect([publisher.waiting, published()]).toEqual([0, 2]);
  });

  test("forgets a waiter whose client is gone", async () => {
    const { publisher } = await openPublisher();
    const gone = new AbortController();
    const waiting = publisher.newerThan(publisher.current.etag, 60_000, gone.signal);
    gone.abort();
    expect(await waiting).toBeUndefined();
    expect(publisher.waiting).toBe(0);
    expect(await publisher.newerThan(publisher.current.etag, 60_000, gone.signal)).toBeUndefined();
  });

  test("has every change out that was made before it was asked, however many ask at once", async () => {
    const { publisher, revoke, published } = await openPublisher();
    const publications: Promise<void>[] = [];
    for (let index = 0; index < 50; index++) {
      revoke(`sid ${index}`);
      publications.push(publisher.publish());
    }
    await Promise.all(publications);
    const [, payload] = publisher.current.jws.toString().split(".");
    expect(JSON.parse(Buffer.from(payload!, "base64url").toString()).revoked_sessions).toHaveLength(50);
    expect(published()).toBeLessThan(5);
  });

  test("recovers when the store was away", async () => {
    const { publisher, revoke, setFail } = await openPublisher();
    const before = publisher.current;
    setFail(true);
    await expect(publisher.publish()).rejects.toThrow("the database is away");
    expect(publisher.current).toBe(before);
    setFail(false);
    revoke("a");
    await publisher.publish();
    expect(publisher.current.version).toBe(before.version + 1);
  });

  test("publishes by itself what it could not while the store was away", async () => {
    const { publisher, revoke, setFail } = await openPublisher();
    const { etag } = publisher.current;
    setFail(true);
    revoke("a");
    await expect(publisher.publish()).rejects.toThrow("the database is away");
    setFail(false);
    await publisher.newerThan(etag, 20_000, forever);
    expect(publisher.content.revoked_sessions).toEqual(["a"]);
    publisher.close();
  });

  test("lets nobody wait once it is closed", async () => {
    const { publisher } = await openPublisher();
    publisher.close();
    expect(await publisher.newerThan(publisher.current.etag, 60_000, forever)).toBeUndefined();
  });
});

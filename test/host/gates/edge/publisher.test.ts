import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { News } from "../../../../host/gates/edge/bundle-versions.ts";
import { BundlePublisher, type Held } from "../../../../host/gates/edge/publisher.ts";
import { movableClock } from "../../../../workshop/host/in-process.ts";
import { cpuTime } from "../../../../workshop/processes/cpu-time.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const forever = new AbortController().signal;

const base = { keys: [], outage_grace: 900, cookies: [] };

/** What hosts keep in the database that they share: what was revoked, and the versions by which gates were told. */
class Revocations {
  readonly all: { sid: string; version: number | undefined }[] = [];
  version = 0;
  baseHash = "";

  revoke(sid: string): void {
    this.all.push({ sid, version: undefined });
  }

  advance(baseHash: string, since: number): News {
    const untold = this.all.filter(({ version }) => version === undefined);
    if (untold.length > 0 || baseHash !== this.baseHash) this.version++;
    this.baseHash = baseHash;
    for (const revocation of untold) revocation.version = this.version;
    const sessions = this.all
      .map(({ sid, version }) => ({ sid, version: version!, forgetAt: now + 1200 }))
      .filter(({ version }) => version > since);
    return { version: this.version, sessions, users: [] };
  }
}

const now = 1_790_000_000;

async function openPublisher({ database = new Revocations(), before = async () => {} } = {}) {
  const time = movableClock(now);
  let fail = false;
  let policy: unknown = {};
  const publisher = await BundlePublisher.open(
    {
      base: () => ({ ...base, policy }),
      advance: async (hash, _, since) => {
        await before();
        if (fail) throw new Error("the database is away");
        return database.advance(hash, since);
      },
      root: () => ({ kid: "root", x: "", privateKey }),
    },
    time.clock,
  );
  return {
    publisher,
    database,
    ...time,
    revoke: (sid: string) => database.revoke(sid),
    setFail: (value: boolean) => {
      fail = value;
    },
    setPolicy: (value: unknown) => {
      policy = value;
    },
    held: (): Held => {
      const { version, issuedAt, base } = publisher.current;
      return { version, issuedAt, base };
    },
  };
}

describe("a publisher whose changes do not end", () => {
  test("leaves two thirds of the time to others, and publishes every change", async () => {
    const busy = 40;
    const spend = async () => {
      for (const until = cpuTime() + busy; cpuTime() < until; );
    };
    const { publisher, database } = await openPublisher({ before: spend });
    const ends = performance.now() + 1000;
    for (let i = 0; performance.now() < ends; i++) {
      database.revoke(`session ${String(i).padStart(3, "0")}`);
      await publisher.publish();
      expect(publisher.current.content.revoked_sessions).toEqual(database.all.map(({ sid }) => sid));
    }
    expect(database.version - 1).toBeLessThanOrEqual(1 + 1000 / (3 * busy));
  });
});

test("log-outs right after each other share answers where many gates wait, and few gates are told of each at once", async () => {
  const rounds = 10;
  const duration = async (gates: number) => {
    const { publisher, revoke, held } = await openPublisher();
    const started = performance.now();
    for (let round = 0; round < rounds; round++) {
      for (let gate = 0; gate < gates; gate++) void publisher.newerThan(held(), 60_000, forever);
      revoke(`session ${round}`);
      await publisher.publish();
    }
    publisher.close();
    return performance.now() - started;
  };
  const [few, many] = [await duration(1), await duration(300)];
  // From the first of ten publications to the last there are nine periods.
  expect(many).toBeGreaterThan((rounds - 1) * 50);
  expect(few).toBeLessThan(many / 2);
});

test("a publication into which a collection of garbage falls makes the next log-out wait no longer than its own share of a rest", async () => {
  let spends = 1;
  const { publisher, revoke } = await openPublisher({
    before: async () => {
      for (const until = cpuTime() + spends; cpuTime() < until; );
    },
  });
  for (let i = 0; i < 10; i++) await publisher.publish();
  spends = 100;
  await publisher.publish();
  spends = 1;
  const asked = performance.now();
  revoke("a");
  await publisher.publish();
  // Of twice 100 ms a quarter, and not all.
  expect(performance.now() - asked).toBeLessThan(150);
});

describe("the publishers of hosts that share a database", () => {
  test("leave nothing out that another's lower version has, and tell any gate what it lacks", async () => {
    const database = new Revocations();
    const [one, other] = [await openPublisher({ database }), await openPublisher({ database })];
    const held = one.held();
    for (const [index, { publisher }] of [one, other, one, other, other, one].entries()) {
      database.revoke(`session ${index}`);
      const before = publisher.current.version;
      await publisher.publish();
      expect(publisher.current.version).toBeGreaterThan(before);
      expect(publisher.current.content.revoked_sessions).toHaveLength(index + 1);
    }
    await other.publisher.publish();
    expect(one.publisher.current.version).toBe(other.publisher.current.version);
    for (const { publisher } of [one, other])
      for (let version = 1; version < publisher.current.version; version++)
        expect(told(publisher.current.feedFor({ ...held, version })).revoked_sessions).toEqual(
          database.all.filter((revocation) => revocation.version! > version).map(({ sid }) => sid),
        );
  });

  test("a gate that has the later bundle of another is not told of an older one", async () => {
    const database = new Revocations();
    const [one, other] = [await openPublisher({ database }), await openPublisher({ database })];
    database.revoke("a");
    await one.publisher.publish();
    expect(other.publisher.current.version).toBe(1);
    const held = { ...one.held(), issuedAt: now + 5 };
    expect(await other.publisher.newerThan(held, 0, forever)).toBeUndefined();
    expect(other.publisher.current.content.revoked_sessions).toEqual(["a"]);
  });

  test("do not overtake each other without end for a gate that asks both, where their configurations differ", async () => {
    const database = new Revocations();
    const [one, other] = [await openPublisher({ database }), await openPublisher({ database })];
    other.setPolicy({ default_policy: "deny" });
    await other.publisher.publish();
    let held = one.held();
    const poll = async ({ publisher }: typeof one, wait: number) => {
      const bundle = await publisher.newerThan(held, wait, forever);
      if (bundle) held = { version: bundle.version, issuedAt: bundle.issuedAt, base: bundle.base };
      return bundle;
    };
    let bundles = 0;
    for (let turn = 0; turn < 20; turn++) for (const host of [other, one]) if (await poll(host, 5)) bundles++;
    expect(bundles).toBeGreaterThan(0);
    expect(bundles).toBeLessThanOrEqual(4);
    // It hears of what is revoked all the same.
    const waiting = poll(one, 20_000);
    database.revoke("a");
    await one.publisher.publish();
    expect((await waiting)?.content.revoked_sessions).toEqual(["a"]);
  });
});

describe("the feed", () => {
  test("goes on from a gate's version, is the same bytes for all that have it, and names what it is about", async () => {
    const { publisher, revoke, held } = await openPublisher();
    const before = held();
    revoke("b");
    revoke("a");
    await publisher.publish();
    const feed = publisher.current.feedFor(before);
    expect(publisher.current.feedFor(before)).toBe(feed);
    expect(told(feed)).toEqual({
      ...{ base: before.base, from: 1, to: 2, iat: now, until: now + 1200, revoked_sessions: ["a", "b"] },
    });
    expect(feed!.length).toBeLessThan(360);
  });

  test("is none for a gate with another policy, for one that takes none, and for one that lacks thousands", async () => {
    const { publisher, revoke, setPolicy, held } = await openPublisher();
    const before = held();
    for (let i = 0; i < 4096; i++) revoke(`session ${i}`);
    await publisher.publish();
    expect(told(publisher.current.feedFor(before)).revoked_sessions).toHaveLength(4096);
    expect(publisher.current.feedFor({ ...before, base: undefined })).toBeUndefined();
    revoke("one more");
    await publisher.publish();
    expect(publisher.current.feedFor(before)).toBeUndefined();
    setPolicy({ default_policy: "deny" });
    await publisher.publish();
    expect(publisher.current.feedFor({ ...before, version: 3 })).toBeUndefined();
    expect(publisher.current.feedFor(held())).toBeDefined();
  });

  test("tells of the time alone where nothing else is new", async () => {
    const { publisher, advance, held } = await openPublisher();
    const before = held();
    advance(300);
    await publisher.publish();
    expect(publisher.current.isNewsFor(before)).toBe(true);
    expect(told(publisher.current.feedFor(before))).toEqual({ base: before.base, from: 1, to: 1, iat: now + 300 });
  });

  test("and the bundle leave out what is forgotten", async () => {
    const { publisher, revoke, advance, held } = await openPublisher();
    const before = held();
    revoke("a");
    await publisher.publish();
    advance(1200);
    await publisher.publish();
    expect(publisher.current.content.revoked_sessions).toEqual([]);
    expect(told(publisher.current.feedFor(before)).revoked_sessions).toBeUndefined();
  });
});

function told(jws: string | Buffer | undefined) {
  return JSON.parse(Buffer.from(jws!.toString().split(".")[1]!, "base64url").toString());
}

describe("the publisher", () => {
  test("signs again once its clock was set back by more than clocks differ", async () => {
    const { publisher, advance } = await openPublisher();
    const { issuedAt } = publisher.current;
    advance(-60);
    await publisher.publish();
    expect(publisher.current.issuedAt).toBe(issuedAt);
    advance(-1);
    await publisher.publish();
    expect(publisher.current.issuedAt).toBe(issuedAt - 61);
  });

  test("wakes thousands of waiters with one signature, and keeps none of them", async () => {
    const { publisher, revoke, held } = await openPublisher();
    const before = held();
    const waiting = Array.from({ length: 5000 }, () => publisher.newerThan(before, 60_000, forever));
    expect(publisher.waiting).toBe(5000);
    revoke("a");
    const started = cpuTime();
    await publisher.publish();
    const answers = await Promise.all(waiting);
    expect(cpuTime() - started).toBeLessThan(500);
    expect(new Set(answers)).toEqual(new Set([publisher.current]));
    expect(publisher.waiting).toBe(0);
  });

  test("forgets a waiter whose client is gone", async () => {
    const { publisher, held } = await openPublisher();
    const gone = new AbortController();
    const waiting = publisher.newerThan(held(), 60_000, gone.signal);
    gone.abort();
    expect(await waiting).toBeUndefined();
    expect(publisher.waiting).toBe(0);
    expect(await publisher.newerThan(held(), 60_000, gone.signal)).toBeUndefined();
  });

  test("has every change out that was made before it was asked, however many ask at once", async () => {
    const { publisher, database, revoke } = await openPublisher();
    const publications: Promise<void>[] = [];
    for (let index = 0; index < 50; index++) {
      revoke(`sid ${index}`);
      publications.push(publisher.publish());
    }
    await Promise.all(publications);
    const [, payload] = publisher.current.jws.toString().split(".");
    expect(JSON.parse(Buffer.from(payload!, "base64url").toString()).revoked_sessions).toHaveLength(50);
    expect(database.version).toBeLessThan(5);
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
    const { publisher, revoke, setFail, held } = await openPublisher();
    const before = held();
    setFail(true);
    revoke("a");
    await expect(publisher.publish()).rejects.toThrow("the database is away");
    setFail(false);
    await publisher.newerThan(before, 20_000, forever);
    expect(publisher.current.content.revoked_sessions).toEqual(["a"]);
    publisher.close();
  });

  test("lets nobody wait once it is closed", async () => {
    const { publisher, held } = await openPublisher();
    publisher.close();
    expect(await publisher.newerThan(held(), 60_000, forever)).toBeUndefined();
  });
});

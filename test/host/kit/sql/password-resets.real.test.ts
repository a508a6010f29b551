// What every store keeps about forgotten passwords.
import { expect, test } from "vitest";
import { linksPerUser, type StoredPasswordReset } from "../../../../host/features/password-reset/store.ts";
import { describeDatabases, type TestDatabase } from "../../support/databases.ts";

const now = 1_790_000_000;

describeDatabases(everyStore);

function reset(name: string, changes: Partial<StoredPasswordReset> = {}): StoredPasswordReset {
  return {
    username: "alice",
    token: Buffer.from(name.padEnd(32)),
    browser: Buffer.alloc(32, 1),
    createdAt: now,
    notBefore: 0,
    expiresAt: now + 600,
    ...changes,
  };
}

/** With bytes in the same form from every store. */
function plain(found: StoredPasswordReset | undefined) {
  return found && { ...found, token: Buffer.from(found.token), browser: Buffer.from(found.browser) };
}

function everyStore(create: () => Promise<TestDatabase>): void {
  async function opened() {
    const { open } = await create();
    const another = async () => (await open()).passwordResets;
    return { resets: await another(), another };
  }

  test("keeps the newest link of a user and browser, and finds it by its token until it has expired", async () => {
    const { resets } = await opened();
    await resets.put(reset("first"));
    await resets.put(reset("bob's", { username: "bob" }));
    expect(plain(await resets.find(reset("first").token, now))).toEqual(plain(reset("first")));
    await resets.put(reset("second", { notBefore: 7 }));
    expect(await resets.find(reset("first").token, now)).toBeUndefined();
    expect(plain(await resets.find(reset("second").token, now))).toEqual(plain(reset("second", { notBefore: 7 })));
    await resets.put(reset("another browser's", { browser: Buffer.alloc(32, 2) }));
    expect(await resets.find(reset("second").token, now)).toBeDefined();
    expect(await resets.find(reset("bob's").token, now + 599)).toBeDefined();
    expect(await resets.find(reset("bob's").token, now + 600)).toBeUndefined();
  });

  test("keeps a bounded number of links of a user: the newest", async () => {
    const { resets } = await opened();
    const name = (number: number) => `link ${number}`;
    for (let number = 0; number < linksPerUser + 2; number++)
      await resets.put(reset(name(number), { browser: Buffer.alloc(32, number), createdAt: now + number }));
    await resets.put(reset("bob's", { username: "bob" }));
    const found = await Promise.all(
      Array.from({ length: linksPerUser + 2 }, (_, number) => resets.find(reset(name(number)).token, now)),
    );
    expect(found.map((one) => one !== undefined)).toEqual([false, false, ...Array(linksPerUser).fill(true)]);
  });

  test("gives a link to one of many who take it at once, on several connections", async () => {
    const { resets, another } = await opened();
    const others = [await another(), await another()];
    for (let round = 0; round < 20; round++) {
      await resets.put(reset(`round ${round}`));
      const takers = [resets, ...others].flatMap((one) => [one, one, one]);
      const taken = await Promise.all(takers.map((one) => one.take(reset(`round ${round}`).token)));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
  });

  test("takes a link back, but not over a newer one", async () => {
    const { resets } = await opened();
    await resets.put(reset("first"));
    expect(await resets.take(reset("first").token)).toBe(true);
    await resets.putBack(reset("first"));
    expect(await resets.take(reset("first").token)).toBe(true);
    await resets.put(reset("second"));
    await resets.putBack(reset("first"));
    expect(await resets.find(reset("first").token, now)).toBeUndefined();
    expect(await resets.find(reset("second").token, now)).toBeDefined();
  });

  test("counts requests of each subject, and none of a request that is one too many", async () => {
    const { resets } = await opened();
    const ask = (subjects: readonly string[], at: number, most = 2) =>
      resets.countRequest(
        subjects.map((subject) => ({ subject, most, since: at - 60 })),
        at,
      );
    expect([await ask(["a"], now), await ask(["a", "b"], now + 1)]).toEqual([true, true]);
    expect([await ask(["b", "a"], now + 2), await ask(["b"], now + 2), await ask(["b"], now + 2)]).toEqual([
      ...[false, true, false],
    ]);
    expect(await ask(["a"], now + 60)).toBe(true);
    await resets.removeExpired(now, now + 61);
    expect(await ask(["a"], now + 61, 1)).toBe(true);
  });

  test("counts no request from while the clock was far ahead, once it has been put right", async () => {
    const { resets } = await opened();
    const ask = (at: number) => resets.countRequest([{ subject: "a", most: 1, since: at - 60 }], at);
    expect([await ask(now + 86_400), await ask(now + 86_400), await ask(now), await ask(now)]).toEqual([
      ...[true, false, true, false],
    ]);
    // The clock of another host may be a little ahead.
    expect(await ask(now - 59)).toBe(false);
  });

  test("counts requests at once as it does one by one", async () => {
    const { resets, another } = await opened();
    const other = await another();
    const count = [
      { subject: "a", most: 3, since: now - 60 },
      { subject: "b", most: 5, since: now - 60 },
    ];
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 ? resets : other).countRequest(index % 3 ? count : count.toReversed(), now),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(3);
  });

  test("forgets what has expired", async () => {
    const { resets } = await opened();
    await resets.put(reset("first"));
    await resets.removeExpired(now + 599, 0);
    expect(await resets.find(reset("first").token, now)).toBeDefined();
    await resets.removeExpired(now + 600, 0);
    expect(await resets.find(reset("first").token, now)).toBeUndefined();
  });
}

import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { VisitorNetworks } from "../../../../host/identity/regulation/network.ts";
import { Regulation, type Verdict } from "../../../../host/identity/regulation/regulation.ts";
import { type Guessed, type Source, Subjects } from "../../../../host/identity/regulation/subjects.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { movableClock } from "../../../../workshop/host/in-process.ts";
import { openSqliteStores } from "../../support/stores.ts";

function start() {
  const { clock, advance } = movableClock();
  const store = openSqliteStores(join(temporaryFolder(), "db.sqlite3"));
  onTestFinished(() => store.close());
  const limits = { maxRetries: 3, maxRetriesPerAddress: 1000, findTime: 120, banTime: 300 };
  const regulation = new Regulation(
    { ...limits, modes: ["user", "ip"] },
    {
      ...{ store: store.regulation, subjects: new Subjects(new Uint8Array(32)), clock, banned: async () => {} },
      visitors: new VisitorNetworks([]),
    },
  );
  const attempt = async (guessed: Guessed, verdict: Verdict, address = "203.0.113.1") => {
    const source = { guessed, username: "alice", address };
    const result = await regulation.attempt(
      source,
      async () => verdict,
      (found) => found,
    );
    return result.outcome;
  };
  /** Of three guesses that a user has, with the pause after each. */
  const guessTwice = async () => {
    for (const _ of [1, 2]) {
      await attempt("password", "wrong");
      advance(5);
    }
  };
  return { attempt, guessTwice, advance, regulation, store };
}

const alice = { guessed: "password", username: "alice", address: "203.0.113.1" } as const;

/** Has the next look at what is counted see it as it is now, and tell of it when it is released. */
function holdNextLook({ regulation }: ReturnType<typeof openSqliteStores>): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { records } = regulation;
  vi.spyOn(regulation, "records").mockImplementationOnce(async (subjects) => {
    const found = await records.call(regulation, subjects);
    await promise;
    return found;
  });
  return resolve;
}

test("whoever need not wait has to as soon as one guess too many is counted, however lately that was looked up", async () => {
  const { attempt, guessTwice, regulation } = start();
  await guessTwice();
  expect([await regulation.isHeld(alice), await regulation.isHeld(alice)]).toEqual([false, false]);
  await attempt("password", "wrong");
  expect(await regulation.isHeld(alice)).toBe(true);
});

test("and also where it is counted while that is being looked up", async () => {
  const { attempt, guessTwice, regulation, store } = start();
  await guessTwice();
  const release = holdNextLook(store);
  const early = regulation.isHeld(alice);
  await attempt("password", "wrong");
  release();
  expect([await early, await regulation.isHeld(alice)]).toEqual([false, true]);
});

test("an attempt that ends while the next one looks at what is counted is counted against that", async () => {
  const { attempt, guessTwice, regulation, store } = start();
  await guessTwice();
  const verdict = Promise.withResolvers<Verdict>();
  const last = regulation.attempt(
    alice,
    () => verdict.promise,
    (found) => found,
  );
  await vi.waitFor(async () => expect(await regulation.isHeld(alice)).toBe(false));
  const release = holdNextLook(store);
  const next = attempt("password", "right");
  verdict.resolve("wrong");
  expect((await last).outcome).toBe("checked");
  release();
  expect(await next).toBe("held");
});

test("a right password buys no more codes, at no place", async () => {
  const { attempt, advance } = start();
  for (let round = 0; round < 3; round++) {
    const address = `203.0.113.${round}`;
    expect(await attempt("password", "right", address)).toBe("checked");
    expect(await attempt("second factor", "wrong", address)).toBe("checked");
    advance(2);
  }
  expect(await attempt("password", "right", "203.0.113.9")).toBe("checked");
  expect(await attempt("second factor", "right", "203.0.113.9")).toBe("held");
});

test("what was held by a clock that was a day ahead holds nobody once it is put right, and who then guesses is held", async () => {
  const { attempt, advance } = start();
  const guess = async () => {
    for (let round = 0; round < 3; round++) {
      await attempt("password", "wrong");
      advance(5);
    }
  };
  await guess();
  expect(await attempt("password", "right")).toBe("held");
  advance(-86_400);
  expect(await attempt("password", "undecided")).toBe("checked");
  await guess();
  expect(await attempt("password", "right")).toBe("held");
  advance(-60);
  expect(await attempt("password", "right")).toBe("held");
});

test("an attempt that decided nothing does not count", async () => {
  const { attempt } = start();
  for (let round = 0; round < 20; round++) expect(await attempt("password", "undecided")).toBe("checked");
});

test("an attempt whose check fails makes room for others", async () => {
  const { attempt, regulation } = start();
  const source = { guessed: "password", username: "alice", address: "203.0.113.1" } as const;
  const broken = () =>
    regulation.attempt(
      source,
      () => Promise.reject(new Error("down")),
      () => "undecided",
    );
  for (let round = 0; round < 5; round++) await expect(broken()).rejects.toThrow("down");
  expect(await attempt("password", "right")).toBe("checked");
});

test("a place that made way for newer ones counts no more, and what is held against the user holds there at once", async () => {
  const { regulation, advance } = start();
  const password = { guessed: "password", username: "alice" } as const;
  const old = { ...password, address: "203.0.113.1", browser: "old" };
  await regulation.remember(old);
  const wrong = (source: Source) =>
    regulation.attempt(
      source,
      async () => "wrong" as const,
      (found) => found,
    );
  for (let count = 0; count < 3; count++) {
    await wrong({ ...password, address: `198.51.100.${count}` });
    advance(2);
  }
  expect(await regulation.isHeld({ ...password, address: "198.51.100.99" })).toBe(true);
  expect(await regulation.isHeld(old)).toBe(false);
  expect(regulation.isHeld(old)).toBe(false);
  for (let count = 0; count < 40; count++)
    await regulation.remember({ ...password, address: `192.0.2.${count}`, browser: `new ${count}` });
  expect(await regulation.isHeld(old)).toBe(true);
});

// One-time codes by e-mail, as the database has them.
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type CodeToSend, Elevation } from "../../../host/features/elevation/elevation.ts";
import type { Regulate } from "../../../host/identity/regulation/codes.ts";
import type { LiveSession } from "../../../host/session/sessions.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { openSqliteStores } from "../support/stores.ts";

const now = 1_790_000_000;
const source = { username: "alice", address: "192.0.2.1" };
const regulate: Regulate = async (_, check) => ({ outcome: (await check()) ? "accepted" : "refused" });

async function begin() {
  const store = openSqliteStores(join(temporaryFolder(), "db.sqlite3"));
  onTestFinished(() => store.close());
  const lifespans = { codeLifespan: 300, elevationLifespan: 600 };
  const config = { ...lifespans, disable: false, characters: 8, requireSecondFactor: false, skipSecondFactor: false };
  const elevation = new Elevation(config, {
    ...{ store: store.elevation, hashKey: Buffer.alloc(32), regulate, clock: () => now },
    notifier: { send: async () => true },
  });
  const sent = async (sid: string) => {
    const live = { session: { sid }, user: { name: "alice", email: "alice@example.com" } } as LiveSession;
    let code: CodeToSend | undefined;
    await elevation.send(live, (made) => {
      code = made;
      return { title: "", text: "", html: "" };
    });
    return code!.code;
  };
  const outcome = async (sid: string, code: string) => (await elevation.verify(source, sid, code)).outcome;
  return { sent, outcome };
}

test("a code is accepted once, and by one of many requests at once", async () => {
  const { sent, outcome } = await begin();
  const code = await sent("a");
  const outcomes = await Promise.all([1, 2, 3].map(() => outcome("a", code)));
  expect(outcomes.toSorted()).toEqual(["accepted", "refused", "refused"]);
  expect(await outcome("a", code)).toBe("refused");
});

test("a code is its session's alone, in whatever case it is typed", async () => {
  const { sent, outcome } = await begin();
  const [code, other] = [await sent("a"), await sent("b")];
  expect([await outcome("b", code), await outcome("b", other.toLowerCase())]).toEqual(["refused", "accepted"]);
});

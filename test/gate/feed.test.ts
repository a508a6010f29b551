// How a gate is told of revocations alone: the feed, which goes on from the bundle it has, or is refused whole.
import { describe, expect, test, vi } from "vitest";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import type { Worker } from "../../workshop/gate/proxy-wasm/worker.ts";
import { type Claims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import {
  bundle,
  hostCluster,
  NOW,
  pollingConfiguration,
  publish,
  rootKey,
  sessionCookie,
  sessionKey,
  setTime,
  signBundle,
  startWith,
  statusOf,
  token,
} from "./gate.ts";

const TICK = 50;
const base = "base-of-1";

const start = (workers = 1, content: Claims = {}, changed: Claims = {}) => {
  const gate = startWith(pollingConfiguration(changed), { clusters: [hostCluster], workers });
  publish(gate, { base, ...content });
  return gate;
};

/** What the host answers a poll with that names this base. */
function feed(content: Claims, key = rootKey, header: Claims = {}): string {
  return signToken(key, { base, iat: NOW, until: NOW + 900, ...content }, { typ: "zerohop-feed+jwt", ...header });
}

function poll(gate: ProxyProcess): OutboundCall {
  for (let waited = 0; waited <= 10_000 && gate.calls.size === 0; waited += TICK) gate.advance(TICK);
  return gate.calls.oldest;
}

function answer(gate: ProxyProcess, body: string): void {
  poll(gate).respond({ status: 200, body });
}

const saysOf = ({ headers }: OutboundCall) => [headers.get("if-none-match"), headers.get("x-zerohop-feed")];
const visit = (worker: Worker, changed: Claims = {}) =>
  statusOf(worker.request({ url: "https://app.example.com/", headers: [sessionCookie(token(changed))] }));
const visits = (gate: ProxyProcess, changed: Claims = {}) => gate.workers.map((worker) => visit(worker, changed));

describe("a gate whose bundle names its base", () => {
  test("asks for what was revoked since, and one whose bundle names none does not", () => {
    expect(saysOf(poll(start()))).toEqual([`"1.${NOW}"`, base]);
    expect(saysOf(poll(start(1, { base: undefined })))).toEqual([`"1.${NOW}"`, undefined]);
  });

  test("refuses on every worker what the feed has revoked, at once where it came, and goes on with the rest", () => {
    const gate = start(3);
    expect(visits(gate, { sid: "a" })).toEqual([200, 200, 200]);
    answer(gate, feed({ from: 1, to: 2, revoked_sessions: ["a"] }));
    gate.advance(TICK);
    expect(visits(gate, { sid: "a" })).toEqual([401, 401, 401]);
    expect(visits(gate, { sid: "b" })).toEqual([200, 200, 200]);
    answer(gate, feed({ from: 2, to: 3, not_before: { alice: NOW + 1 } }));
    gate.advance(TICK);
    expect(visits(gate, { sid: "a" })).toEqual([401, 401, 401]);
    expect(visits(gate, { sid: "b" })).toEqual([401, 401, 401]);
    expect(visits(gate, { sid: "b", iat: NOW + 1 })).toEqual([200, 200, 200]);
    expect(saysOf(poll(gate))).toEqual([`"3.${NOW}"`, base]);
  });

  test("takes what was revoked since an earlier version than its own", () => {
    const gate = start(1, { version: 5 });
    answer(gate, feed({ from: 3, to: 8, revoked_sessions: ["a", "b"] }));
    gate.advance(TICK);
    expect(visits(gate, { sid: "b" })).toEqual([401]);
    expect(saysOf(poll(gate))).toEqual([`"8.${NOW}"`, base]);
  });

  test("is as young as the feed says, and takes its time from it", () => {
    const gate = start(2, {}, { max_stale: 600 });
    answer(gate, feed({ from: 1, to: 1, iat: NOW + 500, until: undefined }));
    setTime(gate, NOW + 1000);
    expect(visits(gate, { exp: NOW + 2000 })).toEqual([200, 200]);
    setTime(gate, NOW + 1101);
    expect(visits(gate, { exp: NOW + 2000 })).toEqual([503, 503]);
  });

  test("whose clock was behind and is put right goes by it again with what comes next, on every worker", () => {
    const gate = start(3, { iat: NOW + 3600 });
    const visitsAt = (iat: number) => visits(gate, { iat, exp: iat + 1800, session_exp: iat + 1800 });
    expect(visitsAt(NOW + 3600)).toEqual([200, 200, 200]);
    setTime(gate, NOW + 3600);
    answer(gate, feed({ from: 1, to: 1, iat: NOW + 3900, until: undefined }));
    setTime(gate, NOW + 3900);
    expect(visitsAt(NOW + 3900)).toEqual([200, 200, 200]);
  });

  test("takes a whole bundle in the place of all that, with fewer revocations", () => {
    const gate = start(2);
    answer(gate, feed({ from: 1, to: 2, revoked_sessions: ["a"] }));
    answer(gate, signBundle(bundle({ version: 3, base: "other" })));
    gate.advance(TICK);
    expect(visits(gate, { sid: "a" })).toEqual([200, 200]);
    expect(saysOf(poll(gate))).toEqual([`"3.${NOW}"`, "other"]);
  });
});

describe("the poll after one that was answered", () => {
  const news = (from: number) => feed({ from, to: from + 1, revoked_sessions: [String(from)] });

  test("goes out at once where that one had waited, so that what is revoked next has somebody to be told to", () => {
    const gate = start(3);
    poll(gate);
    gate.advance(TICK);
    answer(gate, news(1));
    expect(saysOf(gate.calls.oldest)).toEqual([`"2.${NOW}"`, base]);
    expect(gate.calls.size).toBe(1);
  });

  test("waits for the tick where that one was answered at once, so that no host is asked without a pause", () => {
    const gate = start();
    poll(gate);
    gate.advance(TICK);
    answer(gate, news(1));
    answer(gate, news(2));
    expect(gate.calls.size).toBe(0);
    gate.advance(TICK);
    answer(gate, news(3));
    expect(gate.calls.size).toBe(0);
  });

  test("waits for its pause where that one failed", () => {
    const gate = start();
    poll(gate);
    gate.advance(TICK);
    gate.calls.oldest.respond({ status: 500 });
    expect(gate.calls.size).toBe(0);
  });

  test("is left to the worker that leads", () => {
    const gate = start(2);
    poll(gate);
    // Nobody hears of the leader for longer than its claim holds, and the other worker takes the lead.
    const [leader, other] = gate.workers;
    setTime(gate, NOW + 1);
    for (let i = 0; i < 3; i++) {
      other!.instance.tick();
      setTime(gate, NOW + 1);
    }
    expect(gate.calls.size).toBe(2);
    leader!.instance.tick();
    answer(gate, news(1));
    expect(gate.calls.size).toBe(1);
  });
});

describe("a feed that does not go on from the bundle in force", () => {
  const revoked = { revoked_sessions: ["a"] };
  test.each<[string, Claims]>([
    ["with versions between that are missing", { from: 2, to: 3, ...revoked }],
    ["of another base", { base: "other", from: 1, to: 2, ...revoked }],
    ["of a base that only begins alike", { base: "base-of-12", from: 1, to: 2, ...revoked }],
  ])("%s changes nothing, and the next poll takes a whole bundle", (_, content) => {
    const gate = start(2);
    answer(gate, feed(content));
    expect(visits(gate, { sid: "a" })).toEqual([200, 200]);
    expect(gate.log.at(-1)).toMatchObject({ level: "error", message: expect.stringContaining("do not go on from") });
    const next = poll(gate);
    expect(saysOf(next)).toEqual([undefined, undefined]);
    next.respond({ status: 200, body: signBundle(bundle({ version: 3, base, ...revoked })) });
    gate.advance(TICK);
    expect(visits(gate, { sid: "a" })).toEqual([401, 401]);
    expect(saysOf(poll(gate))).toEqual([`"3.${NOW}"`, base]);
  });

  test("changes nothing where the bundle has no base", () => {
    const gate = start(1, { base: undefined });
    answer(gate, feed({ base: "", from: 1, to: 2, ...revoked }));
    expect(visits(gate, { sid: "a" })).toEqual([200]);
    expect(gate.log.at(-1)).toMatchObject({ level: "error" });
  });
});

describe("a feed that the gate refuses", () => {
  const stranger = newSessionKey();
  const news = { from: 1, to: 2, revoked_sessions: ["a"] };
  test.each<[string, string]>([
    ["signed by a stranger in the root key's name", feed(news, stranger, { kid: rootKey.kid })],
    ["signed by a session key", feed(news, sessionKey)],
    ["signed as a bundle", signBundle({ base, iat: NOW, ...news })],
    ["signed as a session token", signToken(rootKey, { base, iat: NOW, ...news })],
    ["changed after it was signed", feed(news).replace(/\.(.{40})./, ".$1A")],
    ["without a base", feed({ ...news, base: undefined })],
    ["without the version it goes on from", feed({ ...news, from: undefined })],
    ["without its own version", feed({ ...news, to: undefined })],
    ["that goes back", feed({ ...news, to: 0 })],
    ["whose list is none", feed({ ...news, revoked_sessions: "a" })],
    ["whose list has something else in it", feed({ ...news, revoked_sessions: [1] })],
    ["of an older version", feed({ ...news, from: 0, to: 0 })],
    ["of the same version, signed earlier", feed({ ...news, to: 1, iat: NOW - 1 })],
  ])("%s leaves everything as it is, and is counted and named in the log", (_, body) => {
    const gate = start(2);
    gate.log.length = 0;
    answer(gate, body);
    expect(gate.log).toEqual([
      expect.objectContaining({ level: "error", message: expect.stringContaining("the host's bundle is rejected: ") }),
    ]);
    gate.advance(TICK);
    expect(visits(gate, { sid: "a" })).toEqual([200, 200]);
    expect(saysOf(poll(gate))).toEqual([`"1.${NOW}"`, base]);
    expect(gate.traps).toEqual([]);
  });

  test("replayed after a newer one brings nothing back", () => {
    const gate = start(2);
    const first = feed({ from: 1, to: 2, revoked_sessions: ["a"] });
    answer(gate, first);
    answer(gate, feed({ from: 2, to: 3, revoked_sessions: ["b"] }));
    answer(gate, first);
    gate.advance(TICK);
    expect(visits(gate, { sid: "b" })).toEqual([401, 401]);
    expect(saysOf(poll(gate))).toEqual([`"3.${NOW}"`, base]);
  });
});

describe("among the workers of a proxy", () => {
  const sids = (count: number) => Array.from({ length: count }, (_, i) => `sid-${i}`);
  /** So many answers, each with one session, as quick as the gate asks. */
  const revokeAll = (gate: ProxyProcess, all: readonly string[]) => {
    for (const [i, sid] of all.entries()) answer(gate, feed({ from: i + 1, to: i + 2, revoked_sessions: [sid] }));
  };

  test.each([3, 200, 700])("one that starts anew after %i answers knows all of them at once", (count) => {
    const gate = start(2);
    const all = sids(count);
    revokeAll(gate, all);
    gate.advance(TICK);
    for (const worker of gate.workers) worker.instance.trap = new Error("on purpose");
    gate.advance(1000);
    for (const sid of [all[0]!, all[Math.trunc(count / 2)]!, all.at(-1)!])
      expect(visits(gate, { sid }), sid).toEqual([401, 401]);
    expect(visits(gate, { sid: "other" })).toEqual([200, 200]);
    // None of them has had to ask the host for a bundle.
    const polls = [...gate.calls].filter(({ headers }) => headers.get(":path")?.startsWith("/api/edge/bundle"));
    expect(polls.map((call) => saysOf(call)[1])).not.toContain(undefined);
  });

  test("one that stood still while hundreds were revoked knows all of them with its next tick", () => {
    const gate = start(2);
    const [still, other] = gate.workers;
    still!.instance.nextTick = Number.POSITIVE_INFINITY;
    const all = sids(300);
    revokeAll(gate, all);
    expect([visit(still!, { sid: all[9]! }), visit(other!, { sid: all[9]! })]).toEqual([200, 401]);
    still!.instance.tick();
    for (const sid of all) expect(visit(still!, { sid })).toBe(401);
  });

  test("nobody else can have written what one finds", () => {
    const gate = start(2);
    revokeAll(gate, sids(200));
    const names = ["bundle", "snapshot", "feed"].map((name) => `zerohop.2.${name}.${rootKey.kid}`);
    const [, snapshotName, feedName] = names as [string, string, string];
    const snapshot = Buffer.from(gate.sharedData.get(snapshotName)!.value);
    snapshot[20]! ^= 1;
    gate.sharedData.set(snapshotName, snapshot, 0);
    const newest = Buffer.alloc(16);
    newest.writeBigInt64LE(999n);
    gate.sharedData.set(feedName, newest, 0);
    for (const worker of gate.workers) worker.instance.trap = new Error("on purpose");
    gate.advance(1000);
    // None of them has all that there is said to be, so none decides: each asks the host.
    expect(gate.calls.size).toBeGreaterThan(0);
    const headers = [sessionCookie(token({ sid: "other" }))];
    const waiting = gate.workers.map((worker) => worker.request({ url: "https://app.example.com/", headers }));
    gate.advance(2100);
    expect(waiting.map(statusOf)).toEqual([503, 503]);
  });

  test.each([0, 200])("none takes back what another has put there meanwhile, after %i answers", (count) => {
    const gate = start(2);
    revokeAll(gate, sids(count));
    const name = `zerohop.2.feed.${rootKey.kid}`;
    const newest = Buffer.alloc(16);
    newest.writeBigInt64LE(999n);
    const { sharedData } = gate;
    const set = sharedData.set.bind(sharedData);
    // Just before the worker writes what it has read the rest of.
    const meanwhile = vi.spyOn(sharedData, "set").mockImplementation((key, value, cas) => {
      if (key !== name) return set(key, value, cas);
      meanwhile.mockRestore();
      set(key, newest, 0);
      return sharedData.set(key, value, cas);
    });
    answer(gate, feed({ from: count + 1, to: count + 2, revoked_sessions: ["a"] }));
    expect(sharedData.get(name)!.value.subarray(0, 8)).toEqual(newest.subarray(0, 8));
  });

  test("one that finds less than there is asks the host by itself, and decides by what it has meanwhile", () => {
    const gate = start(2);
    gate.advance(TICK);
    const held = gate.calls.size;
    const newest = Buffer.alloc(16);
    newest.writeBigInt64LE(3n);
    gate.sharedData.set(`zerohop.2.feed.${rootKey.kid}`, newest, 0);
    gate.advance(2 * TICK);
    expect(gate.calls.size).toBeGreaterThan(held);
    expect(visits(gate, { sid: "a" })).toEqual([200, 200]);
    for (let i = 0; i < 4 && gate.calls.size > 0; i++)
      gate.calls.oldest.respond({ status: 200, body: feed({ from: 1, to: 3, revoked_sessions: ["a"] }) });
    gate.advance(2 * TICK);
    expect(visits(gate, { sid: "a" })).toEqual([401, 401]);
  });
});

describe("a gate that is told of revocations for a long time", () => {
  test("forgets each when the host does, and its memory is that of those in force", () => {
    const gate = start(1, {}, { max_stale: 0 });
    let version = 1;
    let moment = NOW;
    const step = () => {
      const revoked_sessions = Array.from({ length: 100 }, (_, i) => `session ${i} of version ${version}`);
      moment += 10;
      answer(gate, feed({ from: version, to: ++version, iat: moment, until: moment + 900, revoked_sessions }));
    };
    const sizes = () => [gate.main, ...gate.workers].map(({ instance }) => instance.memory.size);
    for (let i = 0; i < 200; i++) step();
    const before = sizes();
    for (let i = 0; i < 400; i++) step();
    expect(sizes()).toEqual(before);
    gate.advance(TICK);
    gate.clock.now = moment * 1000;
    const claims = { iat: moment, exp: moment + 60, session_exp: moment + 600 };
    expect(visits(gate, { ...claims, sid: `session 7 of version ${version - 1}` })).toEqual([401]);
    expect(visits(gate, { ...claims, sid: `session 7 of version ${version - 80}` })).toEqual([401]);
    expect(visits(gate, { ...claims, sid: "session 7 of version 2" })).toEqual([200]);
  });
});

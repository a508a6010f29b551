import { expect, test, vi } from "vitest";
import type { LiveSession, Sessions } from "../../../host/session/sessions.ts";
import { alice, opened, visitor } from "../support/sessions.ts";

test("no session is opened by a password that was changed after it was found right", async () => {
  const { sessions, advance, open } = await opened();
  const snapshot = await sessions.revocationSnapshot("alice");
  advance(1);
  await sessions.endAllOf("alice");
  expect(await open(snapshot)).toBeUndefined();
  expect((await sessions.of("alice", 9)).sessions).toEqual([]);
  // Also when somebody typed another name that the directory knows the user by.
  const byAddress = await sessions.revocationSnapshot("alice@example.com");
  await sessions.endAllOf("alice");
  expect(await open(byAddress)).toBeUndefined();
});

test("nor where all sessions had been ended a moment before, in the same second or by a clock that is ahead", async () => {
  const { sessions, store, clock, open } = await opened();
  const at = (time: number) => store.sessions.revokeUser("alice", { at: time, longestLease: 300, grace: 960 });
  for (const [earlier, later] of [
    [clock(), clock()],
    [clock() + 5, clock()],
  ] as const) {
    await at(earlier);
    const snapshot = await sessions.revocationSnapshot("alice");
    await at(later);
    expect(await open(snapshot)).toBeUndefined();
    expect(await open(await sessions.revocationSnapshot("alice"))).toBeDefined();
  }
});

test("a session is opened by a password that was changed before, in the same second too", async () => {
  const { sessions, open } = await opened();
  await sessions.endAllOf("alice");
  expect((await open(await sessions.revocationSnapshot("alice")))?.cookie).toContain("zerohop_session=");
  expect((await sessions.of("alice", 9)).sessions).toHaveLength(1);
});

test("a token from before its user's sessions were ended is worth nothing, be its session there or not", async () => {
  const { sessions, store, clock, advance, open } = await opened();
  const { cookie, sid } = (await open())!;
  const token = /=([^;]+)/.exec(cookie)![1]!;
  expect((await sessions.resume(token))?.session.sid).toBe(sid);
  const session = (await store.sessions.session(sid))!;
  advance(1);
  await store.sessions.revokeUser("alice", { at: clock(), longestLease: 300, grace: 960 });
  // As of a login that another host was just about to store.
  await store.sessions.addSession(session);
  expect(await sessions.resume(token)).toBeUndefined();
});

test("a login that a provider dates ahead is no younger than now", async () => {
  const { sessions, clock, domain } = await opened();
  const authentication = { user: alice, level: 1, amr: ["fed"], authTime: clock() + 600 } as const;
  await sessions.open(authentication, domain, false, visitor);
  expect((await sessions.of("alice", 9)).sessions).toMatchObject([{ authTime: clock() }]);
});

async function live(sessions: Sessions): Promise<LiveSession> {
  const [session] = (await sessions.of("alice", 9)).sessions;
  return {
    session: session!,
    user: alice,
    cookieDomain: {
      domain: "example.com",
      portalUrl: "https://auth.example.com",
      basic: { headers: [], forwardAuthHeaders: [], forward: false },
      identityHeaders: { user: [], groups: [], name: [], email: [] },
    },
  };
}

test("a session that ended while the password was being changed is not begun anew", async () => {
  const { sessions, open } = await opened();
  await open();
  const before = await live(sessions);
  await sessions.end(before.session.sid);
  expect(await sessions.restart(before, visitor)).toEqual({ leased: undefined, ended: 0 });
  expect((await sessions.of("alice", 9)).sessions).toEqual([]);
});

test("nor does one go on that the change begins, where all sessions are ended in that moment", async () => {
  const { sessions, store, clock, open } = await opened();
  await open();
  // By another process, right behind each step.
  const otherwise = { at: clock(), longestLease: 300, grace: 960 };
  const { revokeUser } = store.sessions;
  let ends = 0;
  const spy = vi.spyOn(store.sessions, "revokeUser").mockImplementation(async (...parameters) => {
    const ended = await revokeUser.apply(store.sessions, parameters);
    if (ends++ === 0) await revokeUser.call(store.sessions, "alice", otherwise);
    return ended;
  });
  await sessions.restart(await live(sessions), visitor);
  spy.mockRestore();
  if (ends === 0) await store.sessions.revokeUser("alice", otherwise);
  expect((await sessions.of("alice", 9)).sessions).toEqual([]);
});

import { expect, test } from "vitest";
import { revokeUser } from "../../../../host/session/revocation.ts";
import { logIn, movableClock, payloadOf, startHost } from "../../../../workshop/host/in-process.ts";
import { fetchBundle, fromOutside, mint } from "../../support/edge.ts";

test("a gate that waits has within a fraction of a second what another process revoked", async () => {
  const { clock } = movableClock();
  const host = await startHost({ clock });
  const token = await mint(host);
  const sids = [payloadOf(await logIn(host)).sid, payloadOf(await logIn(host)).sid].toSorted();
  const { etag } = await fetchBundle(host, token);
  const waiting = fetchBundle(host, token, { etag, wait: 30 });
  let started = 0;
  await fromOutside(host, async (store) => {
    expect(await revokeUser(store.sessions, { outageGrace: 900 }, "alice", clock())).toBe(2);
    started = performance.now();
    await waiting;
  });
  expect((await waiting).payload).toMatchObject({ revoked_sessions: sids, not_before: { alice: clock() } });
  expect(performance.now() - started).toBeLessThan(500);
});

// What gates are told of revocations, of all and of those since a version.
import { expect, test } from "vitest";
import { RevocationLog } from "../../../../host/gates/edge/revocation-log.ts";

const now = 1_790_000_000;

test("of a user whose tokens were taken back twice the later time is told, to gates that know of neither too", () => {
  const log = new RevocationLog();
  const alice = (version: number, time: number) => ({ username: "alice", version, time, forgetAt: time + 300 });
  log.add({ sessions: [], users: [alice(2, now)] });
  log.add({ sessions: [{ sid: "a", version: 3, forgetAt: now + 300 }], users: [alice(4, now + 50)] });
  for (const version of [0, 1, 2, 3])
    expect([version, log.since(version, 2)?.notBefore]).toEqual([version, { alice: now + 50 }]);
  expect(log.since(2, 1)).toEqual({ until: now + 350, sessions: ["a"], notBefore: { alice: now + 50 } });
  expect(log.since(4, 1)).toEqual({ until: undefined, sessions: [], notBefore: {} });
  expect(log.at(now).notBefore).toEqual({ alice: now + 50 });
});

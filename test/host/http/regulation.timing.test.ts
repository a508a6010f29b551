import { expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { attempt, dearUsers, findTime, getBanned, start } from "../support/regulation.ts";
import { chanceOfLonger } from "../support/timing.ts";

const unknown = "mallory";

test("whether there is a user does not show in the time of 200 answers each, neither when they are checked nor when they are held", async () => {
  const users = await dearUsers();
  const open = configText.replace("access_control:", "regulation: { max_retries: 1000 }\naccess_control:");
  const checked = await start({ text: open.replace("max_retries: 1000", "max_retries: 1000, modes: [user]"), users });
  const held = await start({ users });
  const names = ["alice", "carol", unknown];
  for (const [index, username] of names.entries())
    await getBanned(held.host, held.advance, { username, from: `192.0.2.${index}` });
  for (const [{ host, advance }, status] of [
    [checked, 401],
    [held, 429],
  ] as const) {
    const times: Record<string, number[]> = { alice: [], carol: [], [unknown]: [] };
    for (let round = 0; round < 220; round++) {
      // In turns, so that whatever else the machine does falls on all.
      for (const username of names.map((_, index) => names[(index + round) % names.length]!)) {
        const started = performance.now();
        expect((await attempt(host, { username })).status).toBe(status);
        // The first ones warm the machine up.
        if (round >= 20) times[username]!.push(performance.now() - started);
      }
      if (status === 401) advance(findTime);
    }
    // The chance that a random answer for one takes longer than one for the other (Mann-Whitney): a half when they are
    // alike, with a standard error of 0.03. Work left out for one of them would bring it to an end of the scale.
    for (const known of [times.alice!, times.carol!]) {
      expect(chanceOfLonger(known, times[unknown]!)).toBeGreaterThan(0.3);
      expect(chanceOfLonger(known, times[unknown]!)).toBeLessThan(0.7);
    }
  }
});

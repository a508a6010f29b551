// Times without a host. Gates stretch leases meanwhile and nobody sees who is active, so an absence must not count as
// inactivity: for each session live at its beginning it counts as activity, as long as gates may have let it in.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../kit/clock.ts";
import type { SessionConfig } from "./config.ts";
import type { OutageStore } from "./outage-store.ts";

/** Between two notes that the host is up. Milliseconds. */
export const beatInterval = 5_000;

/** Makes up for the time since the host was last up. To be called at the start, before anybody is answered. */
export async function makeUpForOutage(
  store: OutageStore,
  { outageGrace, inactivity }: Pick<SessionConfig, "outageGrace" | "inactivity">,
  clock: Clock,
): Promise<void> {
  const now = clock();
  const since = await store.lastBeat();
  if (since !== undefined && since < now) await store.extendLeases({ since, now, grace: outageGrace, inactivity });
  await store.beat(now);
}

/** A note this old is of a host that has stopped, whatever the clocks of the hosts say. Seconds. */
const longSilence = 600;

/** Whether a host that uses the database is up: it waits for its next note, when the last one is not of long ago. */
export async function isHostUp(store: OutageStore, clock: Clock): Promise<boolean> {
  const last = await store.lastBeat();
  if (last === undefined || Math.abs(clock() - last) > longSilence) return false;
  await sleep(beatInterval * 1.5);
  return (await store.lastBeat()) !== last;
}

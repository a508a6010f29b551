// Times without a host. Gates stretch leases meanwhile and nobody sees who is active, so an absence must not count as
// inactivity: for each session live at its beginning it counts as activity, as long as gates may have let it in.
import type { Clock } from "../clock.ts";
import type { SessionConfig } from "../config/config.ts";
import type { OutageStore } from "../store/outage-store.ts";

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

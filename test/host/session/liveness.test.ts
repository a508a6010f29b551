import { describe, expect, test } from "vitest";
import { leaseLength } from "../../../host/session/lease.ts";
import { isLive } from "../../../host/session/liveness.ts";

const issued = 1_790_000_000;
const session = { rememberMe: false, expiresAt: issued + 86_400 };

describe.each([5, 7, 60, 300, 1500, 7200])("with an inactivity limit of %i s", (inactivity) => {
  const lease = leaseLength(inactivity);
  const live = (at: number) => isLive({ ...session, leaseUntil: issued + lease }, { inactivity }, at);

  test("a session lives for all of it after a last request that the host did not hear of, and not a lease longer", () => {
    // Unheard are those of the first half, and of the second when the host could not be reached for the renewal.
    for (let second = 0; second <= lease; second++) {
      const lastRequest = issued + second;
      expect(live(lastRequest + inactivity - 1)).toBe(true);
      expect(live(lastRequest + inactivity + lease)).toBe(false);
    }
  });
});

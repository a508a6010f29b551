import { expect, test } from "vitest";
import { Shell } from "../../../host/core/shell.ts";

const now = 1_790_000_000;

/** The median of so many. */
function median(count: number, work: (i: number) => void): number {
  const times = Array.from({ length: count }, (_, i) => {
    const started = performance.now();
    work(i);
    return performance.now() - started;
  });
  return times.toSorted((one, other) => one - other)[Math.floor(count / 2)]!;
}

test("a log-out costs a core with ten thousand rules and revocations next to nothing of what its bundle costs", () => {
  const rule = (i: number) => ({ domain: `app${i}.example.com`, policy: "one_factor", subject: "group:dev" });
  const bundle = {
    ...{ version: 0, iat: now, base: "b", until: now + 600, keys: [], outage_grace: 0 },
    cookies: [{ domain: "example.com", portal: "https://auth.example.com", name: "zerohop_session", basic: [] }],
    policy: { default_policy: "deny", rules: Array.from({ length: 10_000 }, (_, i) => rule(i)) },
    revoked_sessions: Array.from({ length: 10_000 }, (_, i) => `session ${i}`),
    not_before: {},
  };
  const shell = new Shell();
  const whole = median(10, () => shell.load(bundle));
  const feed = { base: "b", iat: now, until: now + 600 };
  const logOut = median(1000, (i) => {
    expect(shell.extend({ ...feed, from: i, to: i + 1, revoked_sessions: [`other ${i}`] })).toBe(true);
  });
  expect(logOut).toBeLessThan(whole / 50);
});

// Bounds how often second-factor codes can be guessed.
import type { Clock } from "../clock.ts";

/** What became of an attempt: it was let through and right or wrong, or has to wait, in seconds. */
export type Regulated =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "refused" }
  | { readonly outcome: "wait"; readonly seconds: number };

/** Runs `check`, which says whether an attempt of this user is right, unless the user has to wait. */
export type Regulate = (username: string, check: () => Promise<boolean>) => Promise<Regulated>;

/** Wrong codes in a row before the first wait. Then each further one doubles it. */
const freeTries = 5;
const firstWait = 60; // s
const longestWait = 3600; // s

/** Counts wrong codes by user, in memory. */
export function regulateByUser(clock: Clock): Regulate {
  const failures = new Map<string, { count: number; waitUntil: number }>();
  return async (username, check) => {
    const now = clock();
    const before = failures.get(username);
    if (before && now < before.waitUntil) return { outcome: "wait", seconds: before.waitUntil - now };
    // Counted before the check, so that many at once are many.
    const count = (before?.count ?? 0) + 1;
    const wait = count < freeTries ? 0 : Math.min(firstWait * 2 ** Math.min(count - freeTries, 16), longestWait);
    failures.set(username, { count, waitUntil: now + wait });
    if (!(await check())) return { outcome: "refused" };
    failures.delete(username);
    return { outcome: "accepted" };
  };
}

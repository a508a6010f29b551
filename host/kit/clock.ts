// The host's one notion of time: integer seconds since the epoch, as in every claim of a token (RFC 7519, NumericDate).

export type Clock = () => number;

/**
 * Until when something counts that counts from `since` on. It is as far ahead of now as that is behind: another host's clock may be a little ahead,
 * and what is later is of one that was far ahead, and has been put right.
 */
export function countedUntil(since: number, now: number): number {
  return now + (now - since);
}

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);

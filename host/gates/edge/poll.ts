// What a gate says in a poll: which bundle it has, and how long it waits for news.
import type { Held } from "./publisher.ts";

/** Names the base of a gate's bundle: the gate takes what was revoked since, and not only whole bundles. */
export const feedHeader = "x-zerohop-feed";

/** Seconds. */
export const longestWait = 60;

/** What the bundle of a gate is, by its entity tag and its base; undefined where it has none, or none of ours. */
export function heldBundle(etag: string | undefined, base: string | undefined): Held | undefined {
  const [, version, issuedAt] = /^"(\d{1,15})\.(\d{1,15})"$/.exec(etag ?? "") ?? [];
  return version === undefined ? undefined : { version: Number(version), issuedAt: Number(issuedAt), base };
}

// Edge tokens: what a gate shows to be given the bundle. The store knows their hashes only.
import { randomBytes } from "node:crypto";
import { sha256 } from "../../kit/sha256.ts";
import type { EdgeTokenStore } from "./edge-token-store.ts";

const form = /^zhe_[A-Za-z0-9_-]{43}$/;

/** Makes a token of 256 random bits, and stores its hash. */
export async function mintEdgeToken(store: EdgeTokenStore, name: string, now: number): Promise<string> {
  const token = `zhe_${randomBytes(32).toString("base64url")}`;
  await store.add({ hash: sha256(token), name, createdAt: now });
  return token;
}

/**
 * The name of the edge token that an Authorization header carries (RFC 6750, section 2.1); undefined when it is none that is known.
 * The lookup by hash leaks nothing in time: whoever can choose the hash's bytes knows the token already.
 */
export async function nameOfEdgeToken(
  store: EdgeTokenStore,
  authorization: string | undefined,
  now: number,
): Promise<string | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  return token !== undefined && form.test(token) ? store.use(sha256(token), now) : undefined;
}

// The client's address: that of the connection, unless that comes from a proxy the configuration trusts. Traefik lets
// X-Forwarded-For in from its own trusted proxies only, and adds to it behind the plugin.
import { addForwardedFor, findClient, forgetForwardedFor } from "../core/headers/forwarded-for";
import { Client } from "../core/policy/client";
import { siphash } from "../crypto/siphash";
import { text } from "../memory/text";
import { trustedProxies } from "./config";
import {
  entryAt,
  entryLength,
  nextEntry,
  readHeaderValues,
  readSourceAddress,
  returnedAt,
  returnedLength,
} from "./host-calls";

const FORWARDED_FOR = text("x-forwarded-for");

const noSecret: usize = memory.data(16, 8);

/** Makes the current request's client known: a Resolver. */
export function resolveClientAddress(client: Client): bool {
  if (!readSourceAddress()) return false;
  const sourceAt = returnedAt;
  const sourceLength = returnedLength;
  forgetForwardedFor();
  if (trustedProxies && readHeaderValues(FORWARDED_FOR)) {
    while (nextEntry()) addForwardedFor(entryAt, entryLength);
  }
  return findClient(client, sourceAt, sourceLength, trustedProxies);
}

/**
 * A number that tells the client's connection from others; 0 when Traefik does not say where it comes from, or others may come
 * by the same.
 */
export function connectionNumber(client: Client): u64 {
  return !client.isForwarded && readSourceAddress() ? siphash(noSecret, returnedAt, returnedLength) : 0;
}

// The client's address: that of the connection, unless that comes from a proxy the configuration trusts. Traefik lets
// X-Forwarded-For in from its own trusted proxies only, and adds to it behind the plugin.
import { addForwardedFor, findClient } from "../core/headers/forwarded-for";
import { Client } from "../core/policy/client";
import { siphash, SIPHASH_KEY_BYTES } from "../crypto/siphash";
import { Slice } from "../memory/slice";
import { text } from "../memory/text";
import { configuration } from "./current";
import { List, nextEntry, readHeaderValues, readSourceAddress } from "./host-calls";

const FORWARDED_FOR = text("x-forwarded-for");

const source: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const lines: List = changetype<List>(memory.data(offsetof<List>(), 8));

/** Makes the current request's client known: a Resolver. */
export function resolveClientAddress(client: Client): bool {
  if (!readSourceAddress(source)) return false;
  const trusted = configuration.trustedProxies;
  if (trusted && readHeaderValues(lines, FORWARDED_FOR)) {
    while (nextEntry(lines)) addForwardedFor(client, lines.at, lines.length);
  }
  return findClient(client, source.at, source.length, trusted);
}

const NO_SECRET: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/**
 * A number that tells the client's connection from others; 0 when Traefik does not say where it comes from, or others may come
 * by the same.
 */
export function connectionNumber(client: Client): u64 {
  return !client.isForwarded && readSourceAddress(source) ? siphash(NO_SECRET, source.at, source.length) : 0;
}

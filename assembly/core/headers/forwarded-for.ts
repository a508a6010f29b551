// X-Forwarded-For: which of its entries is the client, when the connection comes from a trusted proxy. That is the last one
// that no trusted proxy wrote about itself; what stands before it, a client may have made up.
import { Client } from "../policy/client";
import { contains, Network, readAddress } from "../policy/network";

/** More lines than any chain of proxies writes. Beyond them the address counts as unknown. */
const MAX_LINES: i32 = 16;
const lines: usize = memory.data(16 * 8, 4);
let lineCount: i32 = 0;

export function forgetForwardedFor(): void {
  lineCount = 0;
}

/** Takes one X-Forwarded-For line, in the order in which they came. */
export function addForwardedFor(at: usize, length: i32): void {
  if (lineCount < MAX_LINES) {
    const line = lines + ((<usize>lineCount) << 3);
    store<u32>(line, <u32>at);
    store<i32>(line, length, 4);
  }
  lineCount++;
}

/** Makes a client's address known, from that of the connection. False when nobody can tell it. */
export function findClient(client: Client, sourceAt: usize, sourceLength: i32, trusted: Network | null): bool {
  client.isForwarded = false;
  if (!take(client, sourceAt, sourceLength)) return false;
  if (!trusted || !isTrusted(trusted, client)) return true;
  client.isForwarded = lineCount > 0;
  if (lineCount > MAX_LINES) return false;
  for (let i = lineCount - 1; i >= 0; i--) {
    const line = lines + ((<usize>i) << 3);
    const at: usize = load<u32>(line);
    let end = load<i32>(line, 4);
    while (end >= 0) {
      let start = end;
      while (start > 0 && load<u8>(at + start - 1) != 0x2c) start--;
      if (!take(client, at + start, end - start)) return false;
      if (!isTrusted(trusted, client)) return true;
      end = start - 1;
    }
  }
  // Every proxy on the way is trusted, and so is the first, which then is the client.
  return true;
}

function take(client: Client, at: usize, length: i32): bool {
  let from = 0;
  let to = length;
  while (from < to && isBlank(load<u8>(at + from))) from++;
  while (to > from && isBlank(load<u8>(at + to - 1))) to--;
  client.textAt = at + from;
  client.textLength = to - from;
  return readAddress(client.textAt, client.textLength, client);
}

function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

function isTrusted(trusted: Network, client: Client): bool {
  for (let network: Network | null = trusted; network !== null; network = network.next) {
    if (contains(network, client)) return true;
  }
  return false;
}

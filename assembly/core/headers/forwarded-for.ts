// X-Forwarded-For: which of its entries is the client, when the connection comes from a trusted proxy. That is the last one
// that no trusted proxy wrote about itself; what stands before it, a client may have made up.
import { Client, forwardedLine, MAX_FORWARDED_LINES } from "../policy/client";
import { contains, Network, readAddress } from "../policy/network";

export function forgetForwardedFor(client: Client): void {
  client.forwardedLines = 0;
}

/** Takes one X-Forwarded-For line, in the order in which they came. */
export function addForwardedFor(client: Client, at: usize, length: i32): void {
  const index = client.forwardedLines++;
  if (index >= MAX_FORWARDED_LINES) return;
  const line = forwardedLine(client, index);
  line.at = at;
  line.length = length;
}

/** Makes a client's address known, from that of the connection. False when nobody can tell it. */
export function findClient(client: Client, sourceAt: usize, sourceLength: i32, trusted: Network | null): bool {
  client.isForwarded = false;
  if (!take(client, sourceAt, sourceLength)) return false;
  if (!trusted || !isTrusted(trusted, client)) return true;
  client.isForwarded = client.forwardedLines > 0;
  if (client.forwardedLines > MAX_FORWARDED_LINES) return false;
  for (let i = client.forwardedLines - 1; i >= 0; i--) {
    const at = forwardedLine(client, i).at;
    let end = forwardedLine(client, i).length;
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

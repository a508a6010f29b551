// The client of a request, whose address costs the proxy a call: nobody asks for it before a rule or a budget does.
import { Address } from "./network";


@unmanaged
export class Client extends Address {
  /** The address as text, as it was found: it may have a port. */
  textAt: usize;
  textLength: i32;
  /** The Resolver that makes the rest known. */
  resolver: usize;
  wasAsked: bool;
  isUnknown: bool;
  /** Whether a rule asked for the address, and nobody can tell it: then no answer is safe. */
  isMissed: bool;
  /** Whether a trusted proxy speaks for the client, so that others may come by the same connection. */
  isForwarded: bool;
  /** How many X-Forwarded-For lines the request has; the first of them follow, see headers/forwarded-for.ts. */
  forwardedLines: i32;
}

/** An X-Forwarded-For line. */
@unmanaged
class ForwardedLine {
  at: usize;
  length: i32;
}

/** More lines than any chain of proxies writes. Beyond them the address counts as unknown. */
export const MAX_FORWARDED_LINES: i32 = 16;

/** What a client takes in memory: the lines follow it. */
export const CLIENT_BYTES: usize = offsetof<Client>() + <usize>MAX_FORWARDED_LINES * offsetof<ForwardedLine>();

/** One of the X-Forwarded-For lines that are kept, from 0. */
export function forwardedLine(client: Client, index: i32): ForwardedLine {
  return changetype<ForwardedLine>(
    changetype<usize>(client) + offsetof<Client>() + <usize>index * offsetof<ForwardedLine>(),
  );
}

/** Makes a client's address, its text and `isForwarded` known. False when it can't. */
export type Resolver = (client: Client) => bool;

/** Begins a request's client. */
export function beginClient(client: Client, resolver: Resolver): void {
  client.resolver = changetype<usize>(resolver);
  client.wasAsked = false;
  client.isUnknown = false;
  client.isMissed = false;
  client.isForwarded = false;
}

/** Makes the address known, once per request. False when nobody can tell it. */
export function resolveClient(client: Client): bool {
  if (!client.wasAsked) {
    client.wasAsked = true;
    client.isUnknown = !changetype<Resolver>(client.resolver)(client);
  }
  return !client.isUnknown;
}

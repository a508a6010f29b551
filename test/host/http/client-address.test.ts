import { describe, expect, test } from "vitest";
import { TrustedProxies } from "../../../host/http/client-address.ts";
import { parseNetwork } from "../../../host/kit/config/network.ts";

const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(parseNetwork));

function resolve(peer: string, headers: Readonly<Record<string, string>> = {}) {
  return proxies.resolve({ peer, header: (name) => ({ host: "Auth.Example.com", ...headers })[name] });
}

describe("the client's address", () => {
  test.each<[peer: string, forwardedFor: string | undefined, expected: string, why: string]>([
    ["192.0.2.9", "198.51.100.1", "192.0.2.9", "a peer that is no trusted proxy is the client, whatever it says"],
    ["127.0.0.1", undefined, "127.0.0.1", "a trusted proxy that says nothing speaks for itself"],
    ["127.0.0.1", "198.51.100.1", "198.51.100.1", "a trusted proxy names its client"],
    ["::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1", "an IPv4 peer may be written as IPv6"],
    ["127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1", "what the client wrote to the left does not count"],
    ["127.0.0.1", "1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1", "trusted proxies between are walked over"],
    ["127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9", "a chain of trusted proxies ends at the first"],
    ["127.0.0.1", "1.1.1.1, unknown", "127.0.0.1", "what is no address ends the walk at the last who was known"],
    ["127.0.0.1", "1.1.1.1, , 10.1.2.3", "10.1.2.3", "an empty entry too"],
    ["127.0.0.1", "198.51.100.1:4711", "198.51.100.1", "a port is left out"],
    ["127.0.0.1", "[2001:DB8::1]:4711", "2001:db8::1", "of IPv6 too"],
    ["fd00::1", "2001:db8::2", "2001:db8::2", "proxies may be trusted by IPv6 network"],
  ])("of peer %s with X-Forwarded-For %s is %s: %s", (peer, forwardedFor, expected) => {
    expect(resolve(peer, forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor }).address).toBe(expected);
  });
});

test("host and scheme come from a trusted proxy only, and from the nearest one", () => {
  const forwarded = { "x-forwarded-host": "evil.com, Portal.example.com", "x-forwarded-proto": "http, https" };
  expect(resolve("127.0.0.1", forwarded)).toMatchObject({ host: "portal.example.com", scheme: "https" });
  expect(resolve("192.0.2.9", forwarded)).toMatchObject({ host: "auth.example.com", scheme: "http" });
  expect(resolve("127.0.0.1")).toMatchObject({ host: "auth.example.com", scheme: "http" });
});

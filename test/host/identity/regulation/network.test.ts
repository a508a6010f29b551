import { expect, test } from "vitest";
import { holderOf, networkOf, VisitorNetworks } from "../../../../host/identity/regulation/network.ts";
import { parseNetwork } from "../../../../host/kit/config/network.ts";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["::1", "::/64"],
  ["1::", "1::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["64:ff9b::192.0.2.1", "192.0.2.1"],
  ["64:ff9b::c000:202", "192.0.2.2"],
  ["64:ff9b:1::192.0.2.1", "64:ff9b:1::/64"],
  ["", undefined],
  ["somewhere", undefined],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8:0:ffff::1", "2001:db8::/48"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["64:ff9b::192.0.2.1", "192.0.2.1"],
  ["", undefined],
])("%s waits with %s", (address, holder) => {
  expect(holderOf(address)).toBe(holder);
});

test.each([
  "127.0.0.1",
  "127.9.9.9",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "10.1.2.3",
  "::ffff:10.1.2.3",
  "fd00:0:0:0:1::2",
  "fd00::1%eth0",
  "",
  "somewhere",
])("limits hold nobody for what %s did: it is not one visitor's", (address) => {
  expect(new VisitorNetworks(["10.0.0.0/8", "fd00::/16"].map(parseNetwork)).of(address)).toBeUndefined();
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["11.0.0.1", "11.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80::/64"],
])("limits count %s as %s", (address, network) => {
  expect(new VisitorNetworks(["10.0.0.0/8", "fd00::/16"].map(parseNetwork)).of(address)).toBe(network);
});

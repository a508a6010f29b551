import { expect, test } from "vitest";
import { networkOf } from "../../../../host/authn/regulation/network.ts";

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
  ["64:ff9b::192.0.2.1", "64:ff9b::/64"],
  ["", undefined],
  ["somewhere", undefined],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Address, contains, readAddress, readNetwork } from "../../../../assembly/core/policy/network";
import { createRegion } from "../../../../assembly/memory/region";
import { length, placeBytes } from "../../memory/placed";

const address: Address = changetype<Address>(memory.data(offsetof<Address>(), 8));
const REFUSED = "refused";

/** All 128 bits in hexadecimal. */
function addressOf(text: string): string {
  const at = placeBytes(text);
  if (!readAddress(at, length, address)) return REFUSED;
  return hex(address.high) + hex(address.low);
}

function hex(word: u64): string {
  let text = "";
  for (let shift: u64 = 64; shift > 0; shift -= 4) text += "0123456789abcdef".charAt(<i32>((word >> (shift - 4)) & 15));
  return text;
}

/** "yes", "no", or what is not readable. */
function isIn(name: string, network: string): string {
  const region = createRegion();
  let at = placeBytes(network);
  const read = readNetwork(region, at, length);
  if (!read) return "not a network";
  at = placeBytes(name);
  if (!readAddress(at, length, address)) return "not an address";
  return contains(read, address) ? "yes" : "no";
}

const V4 = "00000000000000000000ffff";

describe("a client address", () => {
  test("may be IPv4, with a port or without", () => {
    expect(addressOf("192.0.2.1")).toBe(V4 + "c0000201");
    expect(addressOf("192.0.2.1:54321")).toBe(V4 + "c0000201");
    expect(addressOf("0.0.0.0")).toBe(V4 + "00000000");
    expect(addressOf("255.255.255.255:1")).toBe(V4 + "ffffffff");
  });

  test("may be IPv6, in brackets with a port, or bare", () => {
    expect(addressOf("2001:db8::1")).toBe("20010db8000000000000000000000001");
    expect(addressOf("[2001:DB8::1]")).toBe("20010db8000000000000000000000001");
    expect(addressOf("[2001:db8::1]:443")).toBe("20010db8000000000000000000000001");
    expect(addressOf("::")).toBe("0".repeat(32));
    expect(addressOf("::1")).toBe("0".repeat(31) + "1");
    expect(addressOf("1::")).toBe("0001" + "0".repeat(28));
    expect(addressOf("1:2:3:4:5:6:7:8")).toBe("00010002000300040005000600070008");
    expect(addressOf("1:2:3:4:5:6:7::")).toBe("00010002000300040005000600070000");
    expect(addressOf("::2:3:4:5:6:7:8")).toBe("00000002000300040005000600070008");
    expect(addressOf("fe80::1:2:0:0:3")).toBe("fe80000000000001" + "0002000000000003");
  });

  test("that is IPv4 mapped to IPv6 is the IPv4 one", () => {
    expect(addressOf("::ffff:192.0.2.1")).toBe(V4 + "c0000201");
    expect(addressOf("::ffff:c000:201")).toBe(V4 + "c0000201");
    expect(addressOf("[::ffff:192.0.2.1]:80")).toBe(V4 + "c0000201");
    expect(addressOf("64:ff9b::192.0.2.1")).toBe("0064ff9b0000000000000000c0000201");
    expect(addressOf("1:2:3:4:5:6:1.2.3.4")).toBe("00010002000300040005000601020304");
  });

  test("is not read in a way that others may read differently", () => {
    const malformed: string[] = [
      "",
      ".",
      ":",
      "1",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.04",
      "0x1.2.3.4",
      "1.2.3.4.",
      ".1.2.3.4",
      "1..3.4",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1.2.3.4:",
      "1.2.3.4:x",
      "1.2.3.4/8",
      "-1.2.3.4",
      "999999999999.1.1.1",
      ":::",
      "1:::2",
      "::1::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "::1:2:3:4:5:6:7:8",
      ":1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      "12345::",
      "g::",
      "::1.2.3",
      "::1.2.3.4.5",
      "1:2:3:4:5:6:7:1.2.3.4",
      "::1.2.3.4:5",
      "1.2.3.4::",
      "fe80::1%eth0",
      "[fe80::1%25eth0]",
      "[::1",
      "[]",
      "[::1]x",
      "[::1]:",
      "[1.2.3.4]",
      "[::1]:8x",
      "::ffff:01.2.3.4",
    ];
    for (let i = 0; i < malformed.length; i++) {
      if (addressOf(malformed[i]) != REFUSED) throw new Error(malformed[i] + " is read as " + addressOf(malformed[i]));
    }
  });
});

describe("a network", () => {
  test("of IPv4 holds what shares its prefix, bits beyond it left aside", () => {
    expect(isIn("10.1.2.3", "10.0.0.0/8")).toBe("yes");
    expect(isIn("10.1.2.3", "10.9.9.9/8")).toBe("yes");
    expect(isIn("11.0.0.0", "10.0.0.0/8")).toBe("no");
    expect(isIn("192.168.1.127", "192.168.1.0/25")).toBe("yes");
    expect(isIn("192.168.1.128", "192.168.1.0/25")).toBe("no");
    expect(isIn("192.0.2.1", "192.0.2.1")).toBe("yes");
    expect(isIn("192.0.2.1", "192.0.2.1/32")).toBe("yes");
    expect(isIn("192.0.2.2", "192.0.2.1/32")).toBe("no");
    expect(isIn("8.8.8.8", "0.0.0.0/0")).toBe("yes");
  });

  test("of IPv6 holds what shares its prefix", () => {
    expect(isIn("2001:db8:1::1", "2001:db8::/32")).toBe("yes");
    expect(isIn("2001:db9::1", "2001:db8::/32")).toBe("no");
    expect(isIn("2001:db8::ffff", "2001:db8::/112")).toBe("yes");
    expect(isIn("2001:db8::1:0", "2001:db8::/112")).toBe("no");
    expect(isIn("fd00::1", "fd00::/64")).toBe("yes");
    expect(isIn("fd00:0:0:1::1", "fd00::/64")).toBe("no");
    expect(isIn("fd00::8000:0:0:0", "fd00::/65")).toBe("no");
    expect(isIn("fd00::7fff:0:0:0", "fd00::/65")).toBe("yes");
    expect(isIn("::1", "::1")).toBe("yes");
    expect(isIn("2001:db8::1", "::/0")).toBe("yes");
  });

  test("of one family holds no address of the other, but IPv4 and its mapped form are one", () => {
    expect(isIn("::ffff:10.1.2.3", "10.0.0.0/8")).toBe("yes");
    expect(isIn("10.1.2.3", "::ffff:10.0.0.0/104")).toBe("yes");
    expect(isIn("10.1.2.3", "::ffff:0:0/96")).toBe("yes");
    expect(isIn("2001:db8::1", "0.0.0.0/0")).toBe("no");
    expect(isIn("10.1.2.3", "::/0")).toBe("no");
    expect(isIn("10.1.2.3", "::/64")).toBe("no");
    expect(isIn("::10.1.2.3", "::/64")).toBe("yes");
  });

  test("has a prefix length that its family has", () => {
    const malformed: string[] = [
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0.0/08",
      "10.0.0.0/-1",
      "::/129",
      "::/1000",
      "10.0.0.0/8/8",
      "/8",
      "10.0.0.0/8 ",
      "[::1]",
      "::1%lo/128",
      "10/8",
      "10.0.0.0:80/8",
      "internal",
    ];
    for (let i = 0; i < malformed.length; i++) {
      if (isIn("10.0.0.1", malformed[i]) != "not a network") throw new Error(malformed[i]);
    }
  });
});

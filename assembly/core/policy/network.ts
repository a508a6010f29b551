// Client addresses and the networks that rules name: an address or a CIDR block of IPv4 (RFC 4632) or IPv6 (RFC 4291).
// Everything is held as 128 bits; IPv4 takes its IPv4-mapped form ::ffff:a.b.c.d, and so does a mapped address on the wire.
import { hexDigit, JsonReader } from "../../encoding/json";
import { Region } from "../../memory/region";


@unmanaged
export class Network {
  /** The address in network byte order, as two big-endian words; bits beyond the prefix are zero. */
  high: u64;
  low: u64;
  /** 0 to 128; an IPv4 prefix counts from bit 96. */
  prefix: i32;
  next: Network | null;
}

/** An address in network byte order, as two big-endian words. */
@unmanaged
export class Address {
  high: u64;
  low: u64;
  isV4: bool;
}

const MAPPED_PREFIX: u64 = 0x0000ffff00000000;

/**
 * Reads an address: `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, each with an optional port behind it (`192.0.2.1:80`,
 * `[::1]:80`). Zone identifiers are not addresses of a client and are refused.
 */
export function readAddress(at: usize, length: i32, address: Address): bool {
  if (length <= 0) return false;
  if (load<u8>(at) == 0x5b) {
    for (let i = 1; i < length; i++) {
      if (load<u8>(at + i) == 0x5d)
        return isPortOrNothing(at + i + 1, length - i - 1) && readV6(at + 1, i - 1, address);
    }
    return false;
  }
  let colons = 0;
  let colon = 0;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) != 0x3a) continue;
    colons++;
    colon = i;
  }
  if (colons > 1) return readV6(at, length, address);
  if (colons == 0) return readV4(at, length, address);
  return isPortOrNothing(at + colon, length - colon) && readV4(at, colon, address);
}

/** Reads a list of addresses and CIDRs into the region. Null, and a failed reader, when one of them is none. */
export function readNetworks(region: Region, reader: JsonReader): Network | null {
  let networks: Network | null = null;
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    const network = readNetwork(region, reader.textAt, reader.textLength);
    if (!network) {
      reader.fail();
      return null;
    }
    network.next = networks;
    networks = network;
  }
  return networks;
}

/** The address of the network being read. */
const base: Address = changetype<Address>(memory.data(offsetof<Address>(), 8));

/** Reads `address` or `address/prefix` into a network of the region, or null. */
export function readNetwork(region: Region, at: usize, length: i32): Network | null {
  let slash = length;
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) == 0x2f) {
      slash = i;
      break;
    }
  }
  if (!readBareAddress(at, slash, base)) return null;
  let prefix = 128;
  if (slash < length) {
    prefix = readPrefix(at + slash + 1, length - slash - 1);
    if (prefix < 0 || prefix > (base.isV4 ? 32 : 128)) return null;
    if (base.isV4) prefix += 96;
  }
  const network = changetype<Network>(region.allocate(offsetof<Network>()));
  network.prefix = prefix;
  network.high = base.high & highMask(prefix);
  network.low = base.low & lowMask(prefix);
  return network;
}

/** Whether an address lies in the network. An IPv6 block around the mapped range, such as ::/0, holds no IPv4. */
export function contains(network: Network, address: Address): bool {
  const prefix = network.prefix;
  if (prefix < 96 && address.high == 0 && address.low >> 32 == 0xffff) return false;
  return (address.high & highMask(prefix)) == network.high && (address.low & lowMask(prefix)) == network.low;
}

function readBareAddress(at: usize, length: i32, address: Address): bool {
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) == 0x3a) return readV6(at, length, address);
  }
  return readV4(at, length, address);
}

function highMask(prefix: i32): u64 {
  if (prefix >= 64) return u64.MAX_VALUE;
  return prefix == 0 ? 0 : u64.MAX_VALUE << (64 - prefix);
}

function lowMask(prefix: i32): u64 {
  if (prefix <= 64) return 0;
  return u64.MAX_VALUE << (128 - prefix);
}

function isPortOrNothing(at: usize, length: i32): bool {
  if (length == 0) return true;
  if (load<u8>(at) != 0x3a || length == 1) return false;
  for (let i = 1; i < length; i++) {
    if (<u32>load<u8>(at + i) - 0x30 > 9) return false;
  }
  return true;
}

/** A decimal prefix length without sign or leading zero, or -1. */
function readPrefix(at: usize, length: i32): i32 {
  if (length < 1 || length > 3 || (length > 1 && load<u8>(at) == 0x30)) return -1;
  let prefix = 0;
  for (let i = 0; i < length; i++) {
    const digit = <i32>load<u8>(at + i) - 0x30;
    if (<u32>digit > 9) return -1;
    prefix = prefix * 10 + digit;
  }
  return prefix;
}

/** Four decimal octets without leading zeros (RFC 6943 §3.1.1 tells why those are read in different ways). */
function readV4(at: usize, length: i32, address: Address): bool {
  let number: u32 = 0;
  let octets = 0;
  let octet = -1;
  for (let i = 0; i <= length; i++) {
    const byte: u8 = i < length ? load<u8>(at + i) : 0x2e;
    if (byte == 0x2e) {
      if (octet < 0 || ++octets > 4) return false;
      number = (number << 8) | (<u32>octet);
      octet = -1;
      continue;
    }
    const digit = <i32>byte - 0x30;
    if (<u32>digit > 9 || octet == 0) return false;
    octet = (octet < 0 ? 0 : octet * 10) + digit;
    if (octet > 255) return false;
  }
  if (octets != 4) return false;
  address.high = 0;
  address.low = MAPPED_PREFIX | (<u64>number);
  address.isV4 = true;
  return true;
}

/** Sixteen octets in network byte order, while an IPv6 address is being read. */
const octets: usize = memory.data(16, 8);

/** Eight groups of hexadecimal digits, one run of zeros as `::`, the last two perhaps as an IPv4 address. */
function readV6(at: usize, length: i32, address: Address): bool {
  let groups = 0;
  let gap = -1;
  let i = 0;
  if (length >= 2 && load<u16>(at) == 0x3a3a) {
    gap = 0;
    i = 2;
  }
  while (i < length) {
    if (groups == 8) return false;
    const from = i;
    let group: u32 = 0;
    for (; i < length; i++) {
      const digit = hexDigit(load<u8>(at + i));
      if (digit < 0) break;
      if (i - from == 4) return false;
      group = (group << 4) | (<u32>digit);
    }
    if (i == from) return false;
    if (i < length && load<u8>(at + i) == 0x2e) {
      if (groups > 6 || !readV4(at + from, length - from, address)) return false;
      store<u32>(octets + groups * 2, bswap<u32>(<u32>address.low));
      groups += 2;
      break;
    }
    store<u16>(octets + groups * 2, bswap<u16>(<u16>group));
    groups++;
    if (i == length) break;
    if (load<u8>(at + i) != 0x3a || ++i == length) return false;
    if (load<u8>(at + i) == 0x3a) {
      if (gap >= 0) return false;
      gap = groups;
      i++;
    }
  }
  if (gap < 0 ? groups != 8 : groups > 7) return false;

  if (gap >= 0) {
    const behind = (groups - gap) * 2;
    memory.copy(octets + 16 - behind, octets + gap * 2, behind);
    memory.fill(octets + gap * 2, 0, 16 - behind - gap * 2);
  }
  address.high = bswap<u64>(load<u64>(octets));
  address.low = bswap<u64>(load<u64>(octets, 8));
  address.isV4 = false;
  return true;
}

// Networks as ranges of addresses. As in the core, all are IPv6, an IPv4 address in its mapped form ::ffff:a.b.c.d.
import { isIP } from "node:net";
import type { Rule, Section } from "./section.ts";

/** First and last address, 128 bits each. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

const mapped: AddressRange = { first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn };
const lastAddress = (1n << 128n) - 1n;

/** The ranges that the entries of a rule's `networks` stand for, names resolved; undefined for what is not understood. */
export function rangesOf(entries: readonly string[], named: Section["networks"]): AddressRange[] | undefined {
  const ranges: AddressRange[] = [];
  for (const entry of entries) {
    const range = parseRange(entry);
    const definition = range ? undefined : named.get(entry);
    if (range) ranges.push(range);
    else if (!definition) return undefined;
    else {
      // A name is defined by names that come before it, so this ends.
      const before = new Map([...named].slice(0, [...named.keys()].indexOf(entry)));
      const below = rangesOf(definition, before);
      if (!below) return undefined;
      ranges.push(...below);
    }
  }
  return ranges;
}

/** Whether every address of `inner` is one of `outer`. A block around the mapped range, such as ::/0, holds no IPv4. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  if (outer.first > inner.first || inner.last > outer.last) return false;
  return !isAroundMapped(outer) || isAroundMapped(inner) || inner.last < mapped.first || inner.first > mapped.last;
}

function isAroundMapped({ first, last }: AddressRange): boolean {
  return first <= mapped.first && last >= mapped.last && last - first > mapped.last - mapped.first;
}

export interface ClientAddress {
  readonly address: string;
  /** The smallest block that it is in, as in `10.0.0.0/8`; "elsewhere" when it is in none. */
  readonly label: string;
}

/** The ranges of all `networks` of some rules. */
export function networkRanges(rules: readonly Rule[], named: Section["networks"]): AddressRange[] {
  return rules.flatMap(({ networks }) => networks.flatMap(({ value }) => rangesOf([value], named) ?? []));
}

/** Addresses such that wherever one of the ranges tells two clients apart, it tells two of these apart. */
export function distinguishingAddresses(ranges: readonly AddressRange[]): ClientAddress[] {
  const edges = ranges.flatMap(({ first, last }) => [first, last + 1n, first - 1n]);
  const inside = edges.filter((address) => address >= 0n && address <= lastAddress);
  // Addresses of documentation first (RFC 5737, RFC 3849): of several that are alike, these are the ones shown.
  const documentation = ["203.0.113.1", "2001:db8::1"].map((address) => parseRange(address)!.first);
  return [...new Set([...documentation, ...inside])].map((address) => {
    const around = ranges.filter((range) => contains(range, { first: address, last: address }));
    const [smallest] = around.toSorted((a, b) => Number(a.last - a.first - (b.last - b.first)));
    return { address: formatAddress(address), label: smallest ? formatRange(smallest) : "elsewhere" };
  });
}

function parseRange(entry: string): AddressRange | undefined {
  const [address = "", prefix, ...rest] = entry.split("/");
  const version = address.includes("%") ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const widest = version === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > widest)) return undefined;
  const size = 1n << BigInt(prefix === undefined ? 0 : widest - Number(prefix));
  const value = version === 4 ? mapped.first + parseV4(address) : parseV6(address);
  const first = value - (value % size);
  return { first, last: first + size - 1n };
}

function parseV4(address: string): bigint {
  return address.split(".").reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function parseV6(address: string): bigint {
  const dotted = /[\d.]+$/.exec(address)?.[0];
  const v4 = dotted?.includes(".") ? parseV4(dotted) : undefined;
  const plain =
    v4 === undefined
      ? address
      : `${address.slice(0, -dotted!.length)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = "", tail] = plain.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const behind = groups(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - behind.length;
  return [...groups(head), ...Array<string>(zeros).fill("0"), ...behind].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

function formatAddress(address: bigint): string {
  if (address >= mapped.first && address <= mapped.last)
    return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function formatRange({ first, last }: AddressRange): string {
  const bits = (last - first + 1n).toString(2).length - 1;
  const prefix = first >= mapped.first && last <= mapped.last ? 32 - bits : 128 - bits;
  return bits === 0 ? formatAddress(first) : `${formatAddress(first)}/${prefix}`;
}

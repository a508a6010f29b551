// Client addresses and networks as numbers, for the evaluator.
import { isIP } from "node:net";

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** `192.0.2.1`, `[2001:db8::1]`, each perhaps with a port; a bare IPv6 address has none. Undefined for anything else. */
export function readAddress(text: string): Address | undefined {
  const [, bracketed, v4, bare] = /^(?:\[(.*)\](?::\d+)?|([\d.]+)(?::\d+)?|(.*))$/.exec(text) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? toNumber(bracketed) : undefined;
  const address = v4 ?? bare ?? "";
  return isIP(address) > 0 ? toNumber(address) : undefined;
}

/** Whether an address lies in `address` or `address/prefix`. An IPv4-mapped IPv6 address is an IPv4 address. */
export function isInNetwork(address: Address, network: string): boolean {
  const [base, prefix] = network.split("/");
  const start = toNumber(base!);
  if (start?.bits !== address.bits) return false;
  const written = isIP(base!) === 4 ? 32 : 128;
  const length = Number(prefix ?? written) - (written - start.bits);
  const beyond = BigInt(start.bits - length);
  return start.value >> beyond === address.value >> beyond;
}

function toNumber(text: string): Address | undefined {
  if (text.includes("%")) return undefined;
  if (isIP(text) === 4) return { bits: 32, value: joined(text.split(".").map(Number), 8n) };
  const groups = text.replace(/[\d.]+$/, (tail) => (tail.includes(".") ? asGroups(tail) : tail));
  const [before, after] = groups.split("::") as [string, string | undefined];
  const head = hexadecimal(before);
  const tail = hexadecimal(after ?? "");
  const zeros = Array<number>(8 - head.length - tail.length).fill(0);
  const value = joined([...head, ...zeros, ...tail], 16n);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function asGroups(v4: string): string {
  const [a, b, c, d] = v4.split(".").map(Number) as [number, number, number, number];
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function hexadecimal(groups: string): number[] {
  return groups === "" ? [] : groups.split(":").map((group) => Number.parseInt(group, 16));
}

function joined(parts: number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}

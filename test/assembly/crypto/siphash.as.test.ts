import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { siphash } from "../../../assembly/crypto/siphash";
import { hex } from "./hex";

function hash(key: string, message: string): u64 {
  const keyBytes = hex(key);
  const messageBytes = hex(message);
  return siphash(changetype<usize>(keyBytes), changetype<usize>(messageBytes), messageBytes.length);
}

describe("SipHash-1-3", () => {
  test("gives the values of the reference implementation", () => {
    expect(hash("00000000000000000000000000000000", "")).toBe(<u64>0xd1fba762150c532c);
    expect(hash("00000000000000000000000000000000", "00")).toBe(<u64>0x68a914128e01e473);
    expect(hash("000102030405060708090a0b0c0d0e0f", "")).toBe(<u64>0xabac0158050fc4dc);
  });

  test("depends on every byte, on the length, and on both halves of the key", () => {
    const value = hash("000102030405060708090a0b0c0d0e0f", "0001020304050607");
    expect(hash("000102030405060708090a0b0c0d0e0f", "000102030405060700")).not.toBe(value);
    expect(hash("000102030405060708090a0b0c0d0e0f", "0001020304050687")).not.toBe(value);
    expect(hash("010102030405060708090a0b0c0d0e0f", "0001020304050607")).not.toBe(value);
    expect(hash("000102030405060708090a0b0c0d0e8f", "0001020304050607")).not.toBe(value);
  });
});

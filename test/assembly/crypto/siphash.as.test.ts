import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { siphash, siphash128 } from "../../../assembly/crypto/siphash";
import { hex } from "./hex";

function hash(key: string, message: string): u64 {
  const keyBytes = hex(key);
  const messageBytes = hex(message);
  return siphash(changetype<usize>(keyBytes), changetype<usize>(messageBytes), messageBytes.length);
}

describe("the first half of SipHash-2-4 of 128 bits", () => {
  test("gives the values of the reference implementation", () => {
    expect(hash("000102030405060708090a0b0c0d0e0f", "")).toBe(<u64>0xe6a825ba047f81a3);
    expect(hash("000102030405060708090a0b0c0d0e0f", "00")).toBe(<u64>0x44af996bd8c187da);
  });

  test("depends on every byte, on the length, and on both halves of the key", () => {
    const value = hash("000102030405060708090a0b0c0d0e0f", "0001020304050607");
    expect(hash("000102030405060708090a0b0c0d0e0f", "000102030405060700")).not.toBe(value);
    expect(hash("000102030405060708090a0b0c0d0e0f", "0001020304050687")).not.toBe(value);
    expect(hash("010102030405060708090a0b0c0d0e0f", "0001020304050607")).not.toBe(value);
    expect(hash("000102030405060708090a0b0c0d0e8f", "0001020304050607")).not.toBe(value);
  });
});

/** The 128-bit digest of so many bytes that count up from 0, under the key 00 01 … 0f, as the reference has its vectors. */
function digestOf(length: i32): string {
  const key = hex("000102030405060708090a0b0c0d0e0f");
  const message = new Uint8Array(length);
  for (let i = 0; i < length; i++) message[i] = <u8>i;
  const digest = new Uint8Array(16);
  siphash128(changetype<usize>(key), message.dataStart, length, digest.dataStart);
  let text = "";
  for (let i = 0; i < 16; i++) text += (digest[i] < 16 ? "0" : "") + digest[i].toString(16);
  return text;
}

describe("SipHash-2-4 of 128 bits", () => {
  test("gives the values of the reference implementation, and of OpenSSL for longer messages", () => {
    expect(digestOf(0)).toBe("a3817f04ba25a8e66df67214c7550293");
    expect(digestOf(1)).toBe("da87c1d86b99af44347659119b22fc45");
    expect(digestOf(7)).toBe("a1f1ebbed8dbc153c0b84aa61ff08239");
    expect(digestOf(8)).toBe("3b62a9ba6258f5610f83e264f31497b4");
    expect(digestOf(15)).toBe("5493e99933b0a8117e08ec0f97cfc3d9");
    expect(digestOf(16)).toBe("6ee2a4ca67b054bbfd3315bf85230577");
    expect(digestOf(63)).toBe("5150d1772f50834a503e069a973fbd7c");
    expect(digestOf(86)).toBe("5759b86713bccd54cf9968c382f8c84b");
    expect(digestOf(300)).toBe("ce005a406d14b36d5386b5f7a7e1b311");
  });
});

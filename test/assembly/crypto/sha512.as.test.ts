import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { DIGEST_BYTES, final, init, Sha512, SHA512_BYTES, update } from "../../../assembly/crypto/sha512";
import { ascii, toHex } from "./hex";

const sha512: Sha512 = changetype<Sha512>(memory.data(<i32>SHA512_BYTES, 8));

function hash(message: StaticArray<u8>): string {
  const digest = new StaticArray<u8>(<i32>DIGEST_BYTES);
  init(sha512);
  update(sha512, changetype<usize>(message), message.length);
  final(sha512, changetype<usize>(digest));
  return toHex(changetype<usize>(digest), digest.length);
}

describe("SHA-512", () => {
  test("gives the digests of the FIPS 180 examples", () => {
    expect(hash(ascii(""))).toBe(
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    );
    expect(hash(ascii("abc"))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    const twoBlocks =
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    expect(hash(ascii(twoBlocks))).toBe(
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    );
  });

  test("gives the digest of a million letters, hashed in ranges of 1000", () => {
    const letters = ascii("a".repeat(1000));
    const digest = new StaticArray<u8>(<i32>DIGEST_BYTES);
    init(sha512);
    for (let i = 0; i < 1000; i++) update(sha512, changetype<usize>(letters), letters.length);
    final(sha512, changetype<usize>(digest));
    expect(toHex(changetype<usize>(digest), digest.length)).toBe(
      "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    );
  });
});

import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { PREPARED_KEY_BYTES, prepareKey, verify } from "../../../assembly/crypto/ed25519/verify";
import { hex } from "./hex";

function verdict(key: string, message: string, signature: string): bool {
  const encodedKey = hex(key);
  const messageBytes = hex(message);
  const signatureBytes = hex(signature);
  const prepared = new StaticArray<u8>(<i32>PREPARED_KEY_BYTES);
  if (!prepareKey(changetype<usize>(encodedKey), changetype<usize>(prepared))) return false;
  const messageAt = changetype<usize>(messageBytes);
  return verify(changetype<usize>(prepared), messageAt, messageBytes.length, changetype<usize>(signatureBytes));
}

describe("Ed25519", () => {
  test("verifies the vectors of RFC 8032, section 7.1", () => {
    expect(
      verdict(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
      ),
    ).toBe(true);
    expect(
      verdict(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
      ),
    ).toBe(true);
    expect(
      verdict(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
      ),
    ).toBe(true);
    expect(
      verdict(
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
      ),
    ).toBe(true);
  });

  test("does not verify one of them for another message or key", () => {
    const signature =
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    expect(verdict("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "73", signature)).toBe(false);
    expect(verdict("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "", signature)).toBe(false);
    expect(verdict("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "72", signature)).toBe(false);
  });
});

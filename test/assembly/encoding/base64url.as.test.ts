import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { decodeBase64url } from "../../../assembly/encoding/base64url";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const REFUSED = "refused";

function bytesOf(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = <u8>text.charCodeAt(i);
  return bytes;
}

function textOf(bytes: StaticArray<u8>, length: i32): string {
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Takes and returns one character a byte, as encode does. */
function decode(text: string): string {
  const encoded = bytesOf(text);
  const decoded = new StaticArray<u8>(text.length);
  const length = decodeBase64url(changetype<usize>(encoded), encoded.length, changetype<usize>(decoded));
  return length < 0 ? REFUSED : textOf(decoded, length);
}

/** What RFC 4648 has for these bytes, bit by bit. */
function encode(text: string): string {
  let encoded = "";
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 8) | text.charCodeAt(i)) & 0x3fff;
    for (count += 8; count >= 6; count -= 6) encoded += ALPHABET.charAt((bits >> (count - 6)) & 63);
  }
  return count == 0 ? encoded : encoded + ALPHABET.charAt((bits << (6 - count)) & 63);
}

describe("base64url", () => {
  test("encodes and decodes the vectors of RFC 4648, section 10, without their padding", () => {
    const plain: string[] = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
    const encoded: string[] = ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"];
    for (let i = 0; i < plain.length; i++) {
      expect(encode(plain[i])).toBe(encoded[i]);
      expect(decode(encoded[i])).toBe(plain[i]);
    }
  });

  test("decodes what it encoded, for every byte in every position and length", () => {
    let text = "";
    for (let byte = 0; byte < 256; byte++) {
      text += String.fromCharCode((byte * 7) % 256);
      if (decode(encode(text)) != text) throw new Error("length " + text.length.toString());
    }
    expect(encode("\xfb\xef\xbe\xff\xff\xff")).toBe("----____");
  });

  test("decodes in place", () => {
    const bytes = bytesOf("Zm9vYmFyIGFuZCBzbyBvbg");
    const length = decodeBase64url(changetype<usize>(bytes), bytes.length, changetype<usize>(bytes));
    expect(textOf(bytes, length)).toBe("foobar and so on");
  });

  test("writes nothing beyond what it decoded", () => {
    const encoded = bytesOf("Zm9vYmE");
    const target = bytesOf("........");
    expect(decodeBase64url(changetype<usize>(encoded), encoded.length, changetype<usize>(target))).toBe(5);
    expect(textOf(target, target.length)).toBe("fooba...");
  });

  test("refuses every byte outside the alphabet, in every position of a group", () => {
    for (let byte = 0; byte < 256; byte++) {
      const character = String.fromCharCode(byte);
      if (ALPHABET.includes(character)) continue;
      for (let position = 0; position < 8; position++) {
        const text = "AAAAAAAA".substr(0, position) + character + "AAAAAAAA".substr(position + 1);
        for (let length = position + 1; length <= 8; length++) {
          if (decode(text.substr(0, length)) != REFUSED) throw new Error("byte " + byte.toString());
        }
      }
    }
    expect(decode("Zg==")).toBe(REFUSED);
    expect(decode("Zm9v\n")).toBe(REFUSED);
    expect(decode("+/+/")).toBe(REFUSED);
  });

  test("refuses a length that no encoding has", () => {
    expect(decode("A")).toBe(REFUSED);
    expect(decode("AAAAA")).toBe(REFUSED);
  });

  test("accepts of all last characters only those whose unused bits are zero", () => {
    let oneByte = 0;
    let twoBytes = 0;
    for (let i = 0; i < ALPHABET.length; i++) {
      if (decode("A" + ALPHABET.charAt(i)) != REFUSED) oneByte++;
      if (decode("AA" + ALPHABET.charAt(i)) != REFUSED) twoBytes++;
    }
    expect(oneByte).toBe(4);
    expect(twoBytes).toBe(16);
    expect(decode("Zh")).toBe(REFUSED);
    expect(decode("Zm9")).toBe(REFUSED);
  });

  test("takes a negative length for an empty range", () => {
    expect(decodeBase64url(0, -4, 0)).toBe(0);
  });
});

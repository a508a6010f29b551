// Bytes written as hexadecimal, and text, for the vectors of the tests.

/** The bytes that a string of hexadecimal digits stands for. */
export function hex(digits: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = <u8>U32.parseInt(digits.substr(2 * i, 2), 16);
  return bytes;
}

/** The bytes of an ASCII string. */
export function ascii(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = <u8>text.charCodeAt(i);
  return bytes;
}

/** Lower-case hexadecimal digits of a byte range. */
export function toHex(at: usize, length: i32): string {
  let digits = "";
  for (let i = 0; i < length; i++)
    digits += load<u8>(at + i)
      .toString(16)
      .padStart(2, "0");
  return digits;
}

// Puts text where the code under test can read it, and takes text out of its memory.

/** How many bytes the text placed last has. */
export let length: i32 = 0;

/** The address of the text's UTF-8 bytes, which stay. */
export function place(text: string): usize {
  length = String.UTF8.byteLength(text);
  const at = heap.alloc(length + 1);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  return at;
}

/** The address of one byte for each character, all below U+0100, which stay. */
export function placeBytes(text: string): usize {
  length = text.length;
  const at = heap.alloc(length + 1);
  for (let i = 0; i < length; i++) store<u8>(at + i, <u8>text.charCodeAt(i));
  return at;
}

/** The text of a range, one character a byte. */
export function bytesAt(at: usize, length: i32): string {
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(load<u8>(at + i));
  return text;
}

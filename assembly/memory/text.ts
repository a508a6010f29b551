// Constant text as bytes. AssemblyScript keeps a string literal as UTF-16; proxies speak bytes. `text` converts an ASCII
// literal once, while the module starts, so that the request path only copies and compares bytes.

/** Bytes that live as long as the module: their address and how many there are. */
@unmanaged
export class Text {
  at: usize;
  length: i32;
}

/** The bytes of an ASCII literal. For module-level constants only: what it allocates is never freed. */
export function text(literal: string): Text {
  const length = literal.length;
  const at = heap.alloc(offsetof<Text>() + length);
  const bytes = at + offsetof<Text>();
  for (let i = 0; i < length; i++) store<u8>(bytes + i, <u8>literal.charCodeAt(i));
  const result = changetype<Text>(at);
  result.at = bytes;
  result.length = length;
  return result;
}

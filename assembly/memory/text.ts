// Constant text as bytes. AssemblyScript keeps a string literal as UTF-16; proxies speak bytes. A compiler transform
// (scripts/text-literals.js) lays the literal in `text("…")` down as static data, so that there is no string at run time.
//
//   ┌─────────────┬───────────────┐
//   │ length: i32 │ bytes (UTF-8) │
//   └─────────────┴───────────────┘

/** Bytes that live as long as the module. */
@unmanaged
export class Text {
  readonly length: i32;

  get at(): usize {
    return changetype<usize>(this) + offsetof<Text>();
  }
}

/** The bytes of a literal: `text("…")`, or several literals joined with `+`. The transform makes the argument an address. */
// @ts-ignore: decorator
@inline
export function text(data: usize): Text {
  return changetype<Text>(data);
}

/** A text of bytes that are not known before run time. It is never freed: for what lives as long as the module. */
export function keepText(at: usize, length: i32): Text {
  const kept = heap.alloc(offsetof<Text>() + length);
  store<i32>(kept, length);
  memory.copy(kept + offsetof<Text>(), at, length);
  return changetype<Text>(kept);
}

/** Whether a byte range holds exactly a text. */
export function isText(at: usize, length: i32, other: Text): bool {
  return length == other.length && memory.compare(at, other.at, length) == 0;
}

/** Whether a byte range begins with a text. */
export function startsWithText(at: usize, length: i32, other: Text): bool {
  return length >= other.length && memory.compare(at, other.at, other.length) == 0;
}

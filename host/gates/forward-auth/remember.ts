// A bounded memory of what a pure function of a text gave.

/** Longer texts are not kept. */
const longest = 255;

/** Keeps results by text; when they become `capacity`, all are forgotten. */
export function remember<T>(of: (text: string) => T, capacity: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined && !known.has(text)) {
      result = of(text);
      if (known.size >= capacity) known.clear();
      if (text.length <= longest) known.set(text, result);
    }
    return result as T;
  };
}

// Puts right what of a proxy's configuration differs from machine to machine.
import type { Edit } from "./proxy-kind.ts";

/** Changes a text. What ends in a port is not the beginning of a longer one, which may have been put there before. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (changed, [from, to]) =>
      typeof from !== "string"
        ? changed.replace(from, () => to)
        : changed.replaceAll(from, (match, start: number) =>
            /^\d\d/.test(changed.slice(start + from.length - 1)) ? match : to,
          ),
    text,
  );
}

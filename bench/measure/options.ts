// Options of a benchmark that are numbers.

/** The number that was given for `--NAME`. Throws when it is none above 0. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} must be a number above 0, not ${text}`);
}

export function positiveInteger(name: string, text: string): number {
  const value = positive(name, text);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} must be a whole number, not ${text}`);
}

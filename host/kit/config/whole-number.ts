// Whole numbers within bounds.
import { describe, Mistake } from "../yaml/schema.ts";

/** Reads a whole number from `least` to `most`. */
export function parseWholeNumber(value: unknown, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw new Mistake(`must be a whole number from ${least} to ${most}, not ${describe(value)}`);
  return value;
}

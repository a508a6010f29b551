// What is encrypted in the database, as a whole: looked through, and encrypted anew.
import type { Sealing } from "./sealed-columns.ts";

export interface SealedValue {
  /** `TABLE.COLUMN`. */
  readonly column: string;
  /** The row, as the column that names rows says it. */
  readonly row: string;
  readonly sealing: Sealing;
  readonly sealed: Uint8Array;
}

export interface EncryptionStore {
  /** A sealed key that is set once, by its name. Returns the one that stands. */
  hashKey(name: string, initial: Uint8Array): Promise<Uint8Array>;
  /** Every sealed value there is. */
  values(): Promise<readonly SealedValue[]>;
  /**
   * Puts another key in force, and what `reseal` makes of each value in its place, all in one step. What throws leaves
   * everything as it was. Undefined, and nothing done, when another key than `before` is in force; else how many values.
   */
  changeKey(
    before: string,
    next: { readonly keyId: string; readonly salt: string },
    reseal: (value: SealedValue) => Uint8Array,
  ): Promise<number | undefined>;
}

// What the password of a name that nobody has is verified against. A file may have hashes of several costs, as one that comes
// from Authelia has until everybody has logged in: a name that nobody has then takes the time of any of them, each as often
// as users do, and the same one every time.
import { createHmac } from "node:crypto";
import { defaultParameters } from "./passwords/argon2.ts";
import { type PasswordHash, unmatchable } from "./passwords/password-hash.ts";

interface Share {
  /** The part of the users, with those of the shares before it. */
  readonly upTo: number;
  readonly hash: PasswordHash;
}

export class Decoys {
  readonly #shares: readonly Share[];
  readonly #key: Uint8Array;

  /** `key` is nobody's to know, and stays over restarts: a name whose time changed then would be nobody's. */
  constructor(hashes: readonly PasswordHash[], key: Uint8Array) {
    this.#key = key;
    const groups = Object.entries(Object.groupBy(hashes, ({ cost }) => cost)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    let counted = 0;
    this.#shares = groups.map(([, group]) => {
      counted += group!.length;
      return { upTo: counted / hashes.length, hash: group![0]! };
    });
  }

  /** A hash for the name, whose result is not to be believed. */
  of(name: string): PasswordHash {
    const drawn = createHmac("sha256", this.#key).update(name).digest().readUInt32BE() / 2 ** 32;
    return this.#shares.find(({ upTo }) => drawn < upTo)?.hash ?? unmatchable(defaultParameters);
  }
}

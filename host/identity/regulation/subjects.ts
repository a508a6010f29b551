// Whom an attempt is counted against. Names and addresses become keyed hashes: the database lists neither the names that
// people try (which may be passwords, typed a field too high) nor where a user logs in from.
import { createHmac } from "node:crypto";
import { networkOf } from "./network.ts";

/** What is being guessed. Codes are counted apart from passwords, so that a right password does not buy more codes. */
export const everythingGuessed = ["password", "second factor", "one-time code"] as const;
export type Guessed = (typeof everythingGuessed)[number];

export interface Source {
  readonly guessed: Guessed;
  /** As it was typed. Undefined where none is typed before the credential is looked at, as with a passkey. */
  readonly username: string | undefined;
  /** The visitor's IP address; empty when it is not known. */
  readonly address: string;
  /** The value of the visitor's browser cookie. */
  readonly browser?: string | undefined;
  /** Of the request, for the audit. */
  readonly requestId?: string | undefined;
}

export class Subjects {
  readonly #key: Uint8Array;
  /** The name of the user whom somebody means who types this: one who has several ways to be named has the tries of one. */
  readonly nameOf: (typed: string) => string;

  constructor(key: Uint8Array, nameOf: (typed: string) => string = (typed) => typed) {
    this.#key = key;
    this.nameOf = nameOf;
  }

  user(guessed: Guessed, username: string): string {
    return this.#hash([guessed, "user", this.#folded(username)]);
  }

  /** As networkOf writes it. */
  network(network: string): string {
    return this.#hash(["address", network]);
  }

  /** Where the attempt comes from: the browser first, then the network; what is not known of them is left out. */
  places({ guessed, username, address, browser }: Source): string[] {
    if (username === undefined) return [];
    const network = networkOf(address);
    const name = this.#folded(username);
    return [
      ...(browser === undefined ? [] : [this.#hash([guessed, "browser", name, browser])]),
      ...(network === undefined ? [] : [this.#hash([guessed, "network", name, network])]),
    ];
  }

  #folded(typed: string): string {
    return folded(this.nameOf(typed));
  }

  #hash(parts: readonly string[]): string {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest("base64url");
  }
}

/** Directories may take several spellings for one user (case, accents, width, spaces): they share the tries. */
function folded(username: string): string {
  return username.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

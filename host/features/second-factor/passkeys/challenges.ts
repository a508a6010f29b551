// WebAuthn challenges that need no memory: each says itself, under a key of the host's, what it is for, whose answer counts and
// until when. Anybody may ask for one, so that one kept in the database could be pushed out of it by others. What the database
// keeps is which were answered, so that none is answered twice.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../kit/clock.ts";
import { sha256 } from "../../../kit/sha256.ts";
import type { AnsweredChallenge, ChallengePurpose, PasskeyStore } from "./store.ts";

/** How long a challenge can be answered. Seconds. */
export const challengeLife = 300;

/** Form: random bytes (WebAuthn asks for 16 or more), the end of its life in seconds, and a MAC over all that it is bound to. */
const randomLength = 16;
const timeLength = 6;
const macLength = 32;

export class Challenges {
  readonly #key: Uint8Array;
  readonly #store: PasskeyStore;
  readonly #clock: Clock;

  constructor(key: Uint8Array, store: PasskeyStore, clock: Clock) {
    this.#key = key;
    this.#store = store;
    this.#clock = clock;
  }

  issue(purpose: ChallengePurpose, boundTo: string): Uint8Array<ArrayBuffer> {
    const body = randomBytes(randomLength + timeLength);
    body.writeUIntBE(this.#clock() + challengeLife, randomLength, timeLength);
    return new Uint8Array(Buffer.concat([body, this.#mac(body, purpose, boundTo)]));
  }

  /** What is to be noted of a challenge, base64url, once its answer is right. Undefined when it is none of this host's, or late. */
  read(text: string, purpose: ChallengePurpose, boundTo: string): AnsweredChallenge | undefined {
    const challenge = Buffer.from(text, "base64url");
    if (challenge.length !== randomLength + timeLength + macLength) return undefined;
    const body = challenge.subarray(0, randomLength + timeLength);
    if (!timingSafeEqual(challenge.subarray(body.length), this.#mac(body, purpose, boundTo))) return undefined;
    const expiresAt = body.readUIntBE(randomLength, timeLength);
    if (expiresAt <= this.#clock()) return undefined;
    return { hash: sha256(challenge), purpose, boundTo, expiresAt };
  }

  /** False when it was answered before. */
  use(challenge: AnsweredChallenge): Promise<boolean> {
    return this.#store.useChallenge(challenge);
  }

  #mac(body: Uint8Array, purpose: ChallengePurpose, boundTo: string): Buffer {
    const about = JSON.stringify([purpose, boundTo]);
    return createHmac("sha256", this.#key).update(body).update(about).digest();
  }
}

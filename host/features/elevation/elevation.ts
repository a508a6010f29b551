// Elevation: a session may change how its user logs in, for a while, after a one-time code from an e-mail. So a stolen password
// is not enough to set a second factor up.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { User } from "../../identity/profiles.ts";
import type { CodeSource, Regulate, Regulated } from "../../identity/regulation/codes.ts";
import type { Clock } from "../../kit/clock.ts";
import { sha256 } from "../../kit/sha256.ts";
import { mailAddress } from "../../notify/address.ts";
import type { Mail } from "../../notify/mail.ts";
import type { Notifier } from "../../notify/notifier.ts";
import type { LiveSession } from "../../session/sessions.ts";
import type { ElevationConfig } from "./config.ts";
import { makeOneTimeCode, normalized } from "./one-time-code.ts";
import type { ElevationStore } from "./store.ts";

/** Tries for one code; regulation bounds them beyond that. */
const triesPerCode = 5;

/** How long whoever did not ask for a code can take it back. Seconds; a day. */
const revocable = 86_400;

/** What a code's e-mail has to say. */
export interface CodeToSend {
  readonly code: string;
  /** How long it is good for. Seconds. */
  readonly lifespan: number;
  /** What the link says that takes it back. */
  readonly revocation: string;
}

export interface CodeDependencies {
  readonly store: ElevationStore;
  /** Undefined where the config has no e-mail: codes are not asked for then. */
  readonly notifier: Pick<Notifier, "send"> | undefined;
  /** A key to hash codes with: they are too short for a hash that anybody can make. */
  readonly hashKey: Uint8Array;
  /** Bounds how often codes are tried. */
  readonly regulate: Regulate;
  readonly clock: Clock;
}

export class Elevation {
  readonly #config: ElevationConfig;
  readonly #dependencies: CodeDependencies;

  constructor(config: ElevationConfig, dependencies: CodeDependencies) {
    this.#config = config;
    this.#dependencies = dependencies;
  }

  /** Whether codes are asked for at all. */
  get enabled(): boolean {
    return this.#dependencies.notifier !== undefined && !this.#config.disable;
  }

  /** Whether somebody who has a second factor has to confirm with it. */
  get requiresSecondFactor(): boolean {
    return this.#config.requireSecondFactor || !this.enabled;
  }

  /** Whether a second factor stands for the code. */
  get skipsForSecondFactor(): boolean {
    return this.#config.skipSecondFactor || !this.enabled;
  }

  isElevated(sid: string): Promise<boolean> {
    return this.#dependencies.store.isElevated(sid, this.#dependencies.clock());
  }

  /** Whether a session has been sent a code that it can still use. */
  hasCode(sid: string): Promise<boolean> {
    return this.#dependencies.store.hasCode(sid, this.#dependencies.clock());
  }

  /**
   * Sends a new code to the user of a session, whom the caller knows to have an address; codes before it are void. False
   * when there were too many.
   */
  async send({ session, user }: LiveSession, compose: (code: CodeToSend) => Mail): Promise<boolean> {
    const { store, notifier, clock } = this.#dependencies;
    const { codeLifespan: lifespan, characters } = this.#config;
    const code = makeOneTimeCode(characters);
    const revocation = randomBytes(16).toString("base64url");
    const expiresAt = clock() + lifespan;
    const sent = await notifier!.send({
      ...{ purpose: "one-time code", username: user.name, expiresAt },
      to: { name: user.displayName ?? user.name, address: user.email! },
      mail: compose({ code, lifespan, revocation }),
    });
    if (!sent) return false;
    await store.addCode({
      ...{ revocation: sha256(revocation), sid: session.sid, username: user.name, hash: this.#hash(session.sid, code) },
      ...{ tries: triesPerCode, expiresAt, forgetAt: clock() + revocable },
    });
    return true;
  }

  /** Checks a code of a session, and uses it up. */
  verify(source: CodeSource, sid: string, code: string): Promise<Regulated> {
    const { store, regulate, clock } = this.#dependencies;
    return regulate(source, async () => {
      const expected = await store.takeTry(sid, clock());
      const given = this.#hash(sid, code);
      if (!expected || !timingSafeEqual(expected, given)) return false;
      return store.useCode(sid, expected);
    });
  }

  /** Lets a session change factors from now on. */
  elevate(sid: string): Promise<void> {
    return this.#dependencies.store.elevate(sid, this.#dependencies.clock() + this.#config.elevationLifespan);
  }

  /** Whose code it is that an e-mail's link takes back; undefined when there is none. */
  ownerOf(revocation: string): Promise<string | undefined> {
    return this.#dependencies.store.codeOwner(sha256(revocation), this.#dependencies.clock());
  }

  /** Takes a code back. Returns whose it was; undefined when there is none. */
  revoke(revocation: string): Promise<string | undefined> {
    return this.#dependencies.store.revokeCode(sha256(revocation), this.#dependencies.clock());
  }

  #hash(sid: string, code: string): Buffer {
    return createHmac("sha256", this.#dependencies.hashKey)
      .update(`${sid}\0${normalized(code)}`)
      .digest();
  }
}

/** Whether a code can be sent to somebody. */
export function hasMailAddress({ email }: User): boolean {
  return email !== undefined && mailAddress(email) !== undefined;
}

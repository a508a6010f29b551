// Links for those who have forgotten their password. What a link proves is that whoever opens it reads the account's mail; the
// browser's own cookie proves that it is who asked. The database knows hashes of both.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../kit/clock.ts";
import { sha256 } from "../../kit/sha256.ts";
import { isUnrevokedSince, type NotBefore, type RevocationSnapshot } from "../../session/revocation.ts";
import type { PasswordResetStore, StoredPasswordReset } from "./store.ts";

/** Bytes. */
const tokenLength = 32;

/** What a link is worth in a browser. */
export type LinkState =
  | { readonly state: "good"; readonly reset: StoredPasswordReset }
  /** It is good, in the browser that asked for it. */
  | { readonly state: "elsewhere" }
  /** Never sent, past its time, used, void since a newer one, or since the password was changed. */
  | { readonly state: "void" };

export class ResetLinks {
  readonly #store: PasswordResetStore;
  readonly #notBefore: NotBefore;
  readonly #clock: Clock;
  readonly #lifespan: number;

  /** Links are good for so many seconds. */
  constructor(
    lifespan: number,
    { store, notBefore, clock }: { store: PasswordResetStore; notBefore: NotBefore; clock: Clock },
  ) {
    this.#lifespan = lifespan;
    this.#store = store;
    this.#notBefore = notBefore;
    this.#clock = clock;
  }

  /** Makes a link for a user, which is kept by `keep`, in the place of an earlier one. `browser` is its cookie's value. */
  async prepare(
    username: string,
    browser: string,
  ): Promise<{ readonly token: string; readonly reset: StoredPasswordReset }> {
    const now = this.#clock();
    const token = randomBytes(tokenLength).toString("base64url");
    const reset = {
      username,
      token: sha256(token),
      browser: sha256(browser),
      createdAt: now,
      notBefore: (await this.#notBefore.revocationOf(username)).notBefore,
      expiresAt: now + this.#lifespan,
    };
    return { token, reset };
  }

  async keep(reset: StoredPasswordReset): Promise<void> {
    await this.#store.put(reset);
  }

  /** Looks at a link without using it up: programs that look for viruses open it before its reader does. */
  async look(token: string, browser: string | undefined): Promise<LinkState> {
    const reset = await this.#store.find(sha256(token), this.#clock());
    if (!reset) return { state: "void" };
    const { username, createdAt: at, notBefore } = reset;
    const snapshot: RevocationSnapshot = { username, at, notBefore };
    if (!(await isUnrevokedSince(this.#notBefore, snapshot, username))) return { state: "void" };
    const own = browser !== undefined && timingSafeEqual(sha256(browser), reset.browser);
    return own ? { state: "good", reset } : { state: "elsewhere" };
  }

  /** Uses a link up. False when somebody else just did. */
  async take({ token }: StoredPasswordReset): Promise<boolean> {
    return this.#store.take(token);
  }

  /** Makes a link good again with which nothing was changed. */
  async giveBack(reset: StoredPasswordReset): Promise<void> {
    await this.#store.putBack(reset);
  }
}

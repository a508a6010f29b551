// Authenticator apps: set up, confirmed by a first code, asked for a code, and removed.
import { randomBytes } from "node:crypto";
import type { Clock } from "../../../kit/clock.ts";
import type { KeyEncryption } from "../../../kit/encryption/key-encryption.ts";
import { sealings } from "../../../kit/encryption/sealed-columns.ts";
import { base32 } from "./base32.ts";
import type { TotpConfig } from "./config.ts";
import type { StoredTotp, TotpStore } from "./store.ts";
import { matchingStep, totpUri } from "./totp.ts";

/** How long somebody may take from seeing a secret to typing its first code. Seconds. */
const enrolmentTime = 900;

/** The secret for an authenticator app, and its otpauth URL, for the browser session that sets the app up. */
export interface AppSecret {
  /** Base32. */
  readonly secret: string;
  /** The same with all that belongs to it: what the QR code says. */
  readonly uri: string;
}

export class AuthenticatorApps {
  readonly #config: TotpConfig;
  readonly #store: TotpStore;
  readonly #encryption: KeyEncryption;
  readonly #clock: Clock;

  constructor(config: TotpConfig, store: TotpStore, encryption: KeyEncryption, clock: Clock) {
    this.#config = config;
    this.#store = store;
    this.#encryption = encryption;
    this.#clock = clock;
  }

  /** Whether apps are in use at all. */
  get enabled(): boolean {
    return !this.#config.disable;
  }

  /** What apps call the portal. */
  get issuer(): string {
    return this.#config.issuer;
  }

  /** Digits of the codes of a new app. */
  get digits(): number {
    return this.#config.digits;
  }

  /** The user's app; undefined also while apps are switched off. */
  async of(username: string): Promise<StoredTotp | undefined> {
    return this.enabled ? this.#store.of(username) : undefined;
  }

  /** The secret that a session is being shown: the one it was shown before, while that can still be confirmed. */
  async enrol(sid: string, username: string): Promise<AppSecret> {
    const open = await this.#store.enrolment(sid, this.#clock());
    if (open?.username === username) return this.#shown(this.#open(open.secret, username), username);
    const secret = randomBytes(this.#config.secretSize);
    const sealed = this.#encryption.seal(secret, sealings.totpSecret(username));
    const expiresAt = this.#clock() + enrolmentTime;
    await this.#store.addEnrolment({ sid, username, secret: sealed, expiresAt });
    return this.#shown(secret, username);
  }

  /** Whether a session has been shown a secret that can still be confirmed. */
  async isEnrolling(sid: string, username: string): Promise<boolean> {
    return (await this.#store.enrolment(sid, this.#clock()))?.username === username;
  }

  /** Makes the app that a session has set up the user's, in place of an earlier one, when the code is its. */
  async confirm(sid: string, username: string, code: string): Promise<boolean> {
    const now = this.#clock();
    const enrolment = await this.#store.enrolment(sid, now);
    if (enrolment?.username !== username) return false;
    const { algorithm, digits, period, skew } = this.#config;
    const parameters = { algorithm, digits, period };
    const secret = this.#open(enrolment.secret, username);
    const step = matchingStep(secret, { code: typed(code), now, skew, lastStep: -1 }, parameters);
    if (step === undefined) return false;
    const sealed = this.#encryption.seal(secret, sealings.totpSecret(username));
    const totp = { username, secret: sealed, ...parameters, createdAt: now, lastStep: step, lastUsedAt: now };
    return this.#store.confirm(totp, sid);
  }

  /** Whether the code is one that the user's app shows about now, and was not accepted before. */
  async verify(username: string, code: string): Promise<boolean> {
    const totp = await this.of(username);
    if (!totp) return false;
    const now = this.#clock();
    const attempt = { code: typed(code), now, skew: this.#config.skew, lastStep: totp.lastStep };
    const step = matchingStep(this.#open(totp.secret, username), attempt, totp);
    return step !== undefined && this.#store.use(totp, step, now);
  }

  async remove(username: string): Promise<boolean> {
    return this.#store.remove(username);
  }

  #open(sealed: Uint8Array, username: string): Uint8Array {
    return this.#encryption.open(sealed, sealings.totpSecret(username));
  }

  #shown(secret: Uint8Array, username: string): AppSecret {
    return { secret: base32(secret), uri: totpUri(secret, this.#config.issuer, username, this.#config) };
  }
}

/** People type the space that their app shows between the digits. */
function typed(code: string): string {
  return code.replace(/\s/g, "");
}

// What the host keeps between requests and restarts. One interface, so that several hosts can share another database.
// All times are integer seconds. Every method is atomic: it has happened wholly or not at all when its promise settles.

import type { AuditStore } from "./audit-store.ts";
import type { EdgeTokenStore } from "./edge-token-store.ts";
import type { ElevationStore } from "./elevation-store.ts";
import type { EncryptionStore } from "./encryption-store.ts";
import type { LanguageStore } from "./language-store.ts";
import type { OutageStore } from "./outage-store.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { PasswordResetStore } from "./password-reset-store.ts";
import type { RegulationStore } from "./regulation-store.ts";
import type { SecondFactorStore } from "./second-factor-store.ts";

export type KeyPurpose = "root" | "session";

/** An Ed25519 key pair. */
export interface StoredKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly purpose: KeyPurpose;
  /** The public key's 32 bytes in base64url: `x` of its JWK (RFC 8037). */
  readonly publicKey: string;
  /** Encrypted; null once the key is retired. */
  readonly privateKey: Uint8Array | null;
  readonly createdAt: number;
  /** null while the key signs. */
  readonly retiredAt: number | null;
}

export interface StoredSession {
  /** Names the session, and is no credential: only a signed token is. */
  readonly sid: string;
  readonly username: string;
  /** The cookie domain it was opened in. */
  readonly domain: string;
  readonly createdAt: number;
  /** When credentials were last checked. */
  readonly authTime: number;
  readonly level: 1 | 2;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly rememberMe: boolean;
  /** The absolute end. */
  readonly expiresAt: number;
  /** The end of the latest lease that was issued. */
  readonly leaseUntil: number;
  /** When that lease was issued, and to whom. */
  readonly lastSeen: number;
  readonly address: string;
  readonly userAgent: string;
}

/** A new lease of a session, and who asked for it. */
export interface LeaseUpdate {
  readonly leaseUntil: number;
  readonly lastSeen: number;
  readonly address: string;
  readonly userAgent: string;
}

/** How a session is revoked. */
export interface Revocation {
  readonly at: number;
  /** No token that is out at that time has a lease that ends later than this after it. Seconds. */
  readonly longestLease: number;
  /** How long after its lease a token may still be accepted somewhere. Seconds. */
  readonly grace: number;
}

export interface Revocations {
  readonly sessions: readonly string[];
  /** By user name: tokens issued before this time are refused. */
  readonly notBefore: ReadonlyMap<string, number>;
}

export interface Store {
  readonly edgeTokens: EdgeTokenStore;
  readonly encryption: EncryptionStore;
  readonly outages: OutageStore;
  readonly secondFactors: SecondFactorStore;
  readonly regulation: RegulationStore;
  readonly audit: AuditStore;
  readonly passwordResets: PasswordResetStore;
  readonly outbox: OutboxStore;
  readonly elevation: ElevationStore;
  readonly languages: LanguageStore;

  /** A named value that is set once, such as a salt. Returns the value that stands. */
  constant(name: string, initial: string): Promise<string>;

  /** All keys, also retired ones. */
  keys(): Promise<readonly StoredKey[]>;
  /** Adds keys for those purposes that have no signing key yet; ignores the others. */
  addMissingKeys(keys: readonly StoredKey[]): Promise<void>;
  /** Makes `next` the signing key of its purpose. The key before it is retired and loses its private part. */
  replaceKey(next: StoredKey): Promise<void>;
  /** Makes `next` the only session key there is and removes all sessions, whose tokens nobody believes any more. Returns how many. */
  revokeSessionKeys(next: StoredKey): Promise<number>;

  addSession(session: StoredSession): Promise<void>;
  session(sid: string): Promise<StoredSession | undefined>;
  /** Sessions whose absolute end is after `now`, latest first; of one user when a name is given. */
  sessions(now: number, username?: string): Promise<readonly StoredSession[]>;
  /** How many sessions live at `now` under this inactivity limit (seconds), which a remembered one does not have. */
  sessionCount(now: number, inactivity: number): Promise<number>;
  /**
   * Notes a new lease. False when the session is gone: the lease must not be issued then. This alone of all that is written
   * may be lost with the machine's power (not with the process): a token proves its lease, a revocation allows for it.
   */
  extendLease(sid: string, lease: LeaseUpdate): Promise<boolean>;
  /** Puts a session in the place of another, which is revoked. False, and nothing done, when that has ended. */
  replaceSession(sid: string, next: StoredSession, revocation: Revocation): Promise<boolean>;
  /** Ends a session and publishes its end. False when there was none. */
  revokeSession(sid: string, revocation: Revocation): Promise<boolean>;
  /** Ends a user's sessions and refuses every token issued to them before `at`. Returns how many ended. */
  revokeUser(username: string, revocation: Revocation): Promise<number>;
  /** What gates must refuse at `now`, in a steady order. */
  revocations(now: number): Promise<Revocations>;
  /** The time before which a user's tokens are refused; 0 when there is none. */
  notBefore(username: string): Promise<number>;

  /** The version of a bundle with this content: the last one when the content is the same, else the next higher. */
  bundleVersion(contentHash: string): Promise<number>;
  /** Leaves out this many versions, which may have been given before a backup was restored. */
  skipBundleVersions(count: number): Promise<void>;

  /** Removes what has no effect any more: ended sessions, revocations whose tokens are gone, keys retired before a time. */
  removeExpired(now: number, keysRetiredBefore: number): Promise<void>;

  /** Calls the listener soon after another process has changed keys or revocations, or may have. Returns what stops it. */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
}

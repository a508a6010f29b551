// Ed25519 key pairs: made, named, stored encrypted.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { sealings } from "../kit/encryption/sealed-columns.ts";
import { sha256 } from "../kit/sha256.ts";
import type { KeyPurpose, StoredKey } from "./key-store.ts";

/** A public key as a JWK (RFC 8037). */
export interface PublicJwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly kid: string;
  readonly x: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly x: string;
  readonly privateKey: KeyObject;
}

/** Makes a key pair, ready to be stored. */
export function makeKey(purpose: KeyPurpose, encryption: KeyEncryption, now: number): StoredKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x, d } = privateKey.export({ format: "jwk" }) as { x: string; d: string };
  const kid = thumbprint(x);
  const sealed = encryption.seal(Buffer.from(d, "base64url"), sealings.signingKey(purpose, kid));
  return { kid, purpose, publicKey: x, privateKey: sealed, createdAt: now, retiredAt: null };
}

/** Decrypts a stored key. Throws HostError "encryption_key". */
export function openKey(stored: StoredKey, encryption: KeyEncryption): SigningKey {
  const { kid, purpose, publicKey: x } = stored;
  const seed = encryption.open(stored.privateKey!, sealings.signingKey(purpose, kid));
  const d = Buffer.from(seed).toString("base64url");
  return { kid, x, privateKey: createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d }, format: "jwk" }) };
}

export function publicKeyFrom(x: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

export function publicJwk({ kid, publicKey: x }: StoredKey): PublicJwk {
  return { kty: "OKP", crv: "Ed25519", kid, x };
}

/** RFC 7638 over the required members of an OKP key (RFC 8037, appendix A.3): 43 characters of base64url. */
function thumbprint(x: string): string {
  return sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).toString("base64url");
}

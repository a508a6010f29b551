// Session tokens as anyone could make them, right and wrong, to show a gate.
import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface SessionKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  /** The public key, base64url. */
  readonly x: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export type Claims = Readonly<Record<string, unknown>>;

export function newSessionKey(): SessionKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x!;
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  return { kid, x, publicKey, privateKey };
}

/** The public half as it stands in a bundle. */
export function bundleKey({ kid, x }: SessionKey): Claims {
  return { kty: "OKP", crv: "Ed25519", kid, x };
}

/** The claims of a session that began now; times are seconds. */
export function freshClaims(portal: string, domain: string, claims: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: portal, aud: domain, sub: "alice", sid: randomBytes(16).toString("base64url") },
    ...{ iat: now, exp: now + 60, session_exp: now + 3600, auth_time: now, amr: ["pwd"], level: 1 },
    ...{ name: "Alice Liddell", email: "alice@example.com", groups: ["admins", "dev"] },
    ...claims,
  };
}

/** A token signed as the host signs it; `header` overrides what the JOSE header says. */
export function signToken(key: SessionKey, claims: Claims, header: Claims = {}): string {
  const signed = unsigned({ alg: "EdDSA", typ: "JWT", kid: key.kid, ...header }, claims);
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString("base64url")}`;
}

/** A token with another signature: the end of one has few bits that are not 0, so other letters there may be the same signature. */
export function forged(token: string): string {
  return token.replace(/(?<=\.)([^.])(?=[^.]*$)/, (first) => (first === "A" ? "B" : "A"));
}

/** `alg: none` (RFC 7515 appendix A.5), with an empty signature. */
export function unsecuredToken(key: SessionKey, claims: Claims): string {
  return `${unsigned({ alg: "none", typ: "JWT", kid: key.kid }, claims)}.`;
}

/** The classic confusion: HS256 with the public key as the shared secret. */
export function hmacToken(key: SessionKey, secret: string | Buffer, claims: Claims): string {
  const signed = unsigned({ alg: "HS256", typ: "JWT", kid: key.kid }, claims);
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function unsigned(header: Claims, claims: Claims): string {
  return `${encode(header)}.${encode(claims)}`;
}

function encode(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

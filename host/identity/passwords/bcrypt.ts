// Bcrypt hashes: `$2b$12$` and 53 characters of salt and digest; and bcrypt-sha256, passlib's and Authelia's way around bcrypt's limit of
// 72 bytes: `$bcrypt-sha256$v=2,t=2b,r=12$SALT$DIGEST`. Computed in a thread of its own.
import { createHash, createHmac } from "node:crypto";
import { inLimits, type ParsedHash } from "./hash-encoding.ts";
import { inThread } from "./slow-hash.ts";

/** Each step doubles the work; 14 takes a second or two. */
const costLimits = [4, 14] as const;

/** Throws an Error that says what is wrong, without the hash. */
export function parseBcrypt(text: string): ParsedHash {
  const match = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text);
  if (!match) throw new Error("is not a bcrypt hash of the form $2b$COST$ and 53 characters");
  inLimits("cost", Number(match[1]), costLimits);
  return {
    cost: `bcrypt ${match[1]}`,
    outdated: true,
    verify: (password) => inThread({ algorithm: "bcrypt", password, hash: text }),
  };
}

/**
 * Bcrypt hashes the base64 of an HMAC-SHA-256 of the password under the salt as it is written; in version 1, `$bcrypt-sha256$2b,12$…`, of
 * its SHA-256. Throws an Error that says what is wrong, without the hash.
 */
export function parseBcryptSha256(text: string): ParsedHash {
  const match =
    /^\$bcrypt-sha256\$(?:(v=2,)t=(2[aby]),r=|(2[aby]),)(\d\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/.exec(text);
  if (!match) throw new Error("is not a bcrypt-sha256 hash of the form $bcrypt-sha256$v=2,t=2b,r=COST$SALT$DIGEST");
  const [, version2, current, older, cost, salt, digest] = match;
  const keyed = version2 !== undefined;
  inLimits("cost", Number(cost), costLimits);
  const bcrypt = `$${current ?? older}$${cost!.padStart(2, "0")}$${salt}${digest}`;
  return {
    cost: `bcrypt ${cost!.padStart(2, "0")}`,
    outdated: true,
    verify: (password) => {
      const inner = keyed ? createHmac("sha256", salt!) : createHash("sha256");
      return inThread({ algorithm: "bcrypt", password: inner.update(password).digest("base64"), hash: bcrypt });
    },
  };
}

// Recovery codes: what somebody keeps on paper for the day when every other second factor is lost.
import { randomInt } from "node:crypto";
import { sha256 } from "../../../kit/sha256.ts";

/** Crockford's base 32, without letters that are read as digits or as each other. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const groups = 4;
const groupLength = 4;

/** How many codes a user gets at a time. */
export const recoveryCodeCount = 10;

/** A code of 80 random bits, as in `7k3m-x9qp-0v2d-hn5t`. */
export function makeRecoveryCode(): string {
  const group = () => Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: groups }, group).join("-");
}

/** Whether a text could be a recovery code, however it is typed. */
export function isRecoveryCode(text: string): boolean {
  return normalize(text).length === groups * groupLength;
}

/** The hash of a code, which is what the database keeps. For 80 random bits a fast hash is as good as a slow one. */
export function recoveryCodeHash(username: string, code: string): Uint8Array {
  return sha256(`${username}\0${normalize(code)}`);
}

/** Spaces, hyphens and case do not count, and look-alikes are read as what was meant. */
function normalize(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");
}

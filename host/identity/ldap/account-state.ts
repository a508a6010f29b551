// Whether an account may log in, in the words of each kind of server. The server refuses such a login by itself; we have to
// know it as well when a session is renewed, for then nobody gives a password.
import type { Entry } from "./entry.ts";
import { generalizedTime, windowsTime } from "./filter.ts";

/** Operational attributes among them come only when they are asked for. */
export const stateAttributes = [
  "userAccountControl",
  "accountExpires",
  "pwdLastSet",
  "nsAccountLock",
  "krbPrincipalExpiration",
  "krbPasswordExpiration",
  "pwdAccountLockedTime",
  "pwdReset",
];

/** Active Directory's ACCOUNTDISABLE. */
const disabledFlag = 2;
/** Active Directory's two ways to say that an account does not expire. */
const never = ["0", "9223372036854775807"];
/** Locked by an administrator (draft-behera-ldap-password-policy, section 5.3.3); other times are locks that pass. */
const lockedForGood = "000001010000Z";

/** Whether an account is disabled or has expired. `now` is in seconds. */
export function isDisabled(entry: Entry, now: number): boolean {
  if ((Number(entry.first("userAccountControl") ?? 0) & disabledFlag) !== 0) return true;
  const expires = entry.first("accountExpires");
  if (expires !== undefined && !never.includes(expires) && isBefore(expires, windowsTime(now))) return true;
  if (entry.first("nsAccountLock")?.toUpperCase() === "TRUE") return true;
  if (isOver(entry.first("krbPrincipalExpiration"), now)) return true;
  return entry.first("pwdAccountLockedTime") === lockedForGood;
}

/** Whether the password is good for nothing but setting a new one. `now` is in seconds. */
export function mustChangePassword(entry: Entry, now: number): boolean {
  if (entry.first("pwdLastSet") === "0" || entry.first("pwdReset")?.toUpperCase() === "TRUE") return true;
  return isOver(entry.first("krbPasswordExpiration"), now);
}

function isOver(end: string | undefined, now: number): boolean {
  return end !== undefined && end < generalizedTime(now);
}

/** What is no number counts as past: whoever wrote it meant some end. */
function isBefore(time: string, now: string): boolean {
  return !/^\d{1,20}$/.test(time) || BigInt(time) <= BigInt(now);
}

// What a server says about the password beside its answer to a bind or a change: the control of password policies
// (draft-behera-ldap-password-policy, section 6), and Active Directory's codes in the text of a refused bind.
import { type BerReader, Control } from "ldapts";

/** The error codes of the control's answer. */
const passwordExpired = 0;
const accountLocked = 1;
const changeAfterReset = 2;

/** The choice within the answer's `warning [0]`. */
const timeBeforeExpiration = 0x80;
const graceLoginsRemaining = 0x81;
const warningTag = 0xa0;
const errorTag = 0x81;

/** Asks for the answer, and holds it when it came. A server that does not know the control ignores it. */
export class PasswordPolicyControl extends Control {
  #error: number | undefined;
  /** Seconds until the password expires, where the server warns of that. */
  secondsLeft: number | undefined;
  /** How often the server lets somebody in whose password has expired. */
  graceLogins: number | undefined;

  constructor() {
    super("1.3.6.1.4.1.42.2.27.8.5.1");
  }

  /** Whether the password is right and good for nothing but setting a new one. */
  get asksForNewPassword(): boolean {
    return this.#error === passwordExpired || this.#error === changeAfterReset;
  }

  get isLocked(): boolean {
    return this.#error === accountLocked;
  }

  protected override parseControl(reader: BerReader): void {
    if (reader.readSequence() === null) return;
    if (reader.peek() === warningTag) {
      reader.readSequence(warningTag);
      const tag = reader.peek();
      const value = tag === null ? null : reader.readTag(tag);
      if (tag === timeBeforeExpiration) this.secondsLeft = value ?? undefined;
      if (tag === graceLoginsRemaining) this.graceLogins = value ?? undefined;
    }
    if (reader.peek() === errorTag) this.#error = reader.readTag(errorTag) ?? undefined;
  }
}

/** What Active Directory's refusal of a bind means. Of these it speaks only when the password is right, but for a locked account. */
export function refusalOf(message: string): "wrong password" | "not allowed" | "must change" {
  const [, code] = /\bdata ([0-9a-f]{3})\b/.exec(message) ?? [];
  switch (code) {
    // The password has expired, or has to be changed before the first login.
    case "532":
    case "773":
      return "must change";
    // Not at this time or place, disabled, the account expired, locked.
    case "530":
    case "531":
    case "533":
    case "701":
    case "775":
      return "not allowed";
    default:
      return "wrong password";
  }
}

// Authentication methods (`amr`, RFC 8176 §2) as bits, so that a session's and a rule's are compared in one step.
import { text, wordIn } from "../../memory/text";

const REFERENCES = text(
  "pwd, otp, hwk, swk, user, mfa, kba, pin, pop, sms, tel, mca, fpt, face, iris, retina, vbm, geo, rba, sc, wia",
);

/** The bit of a registered method reference, or 0. */
export function amrBit(at: usize, length: i32): u32 {
  const index = wordIn(REFERENCES, at, length);
  return index < 0 ? 0 : 1 << index;
}

// Authentication methods (`amr`, RFC 8176 §2) as bits, so that a session's and a rule's are compared in one step.
import { isText, text } from "../../memory/text";

/** The bit of a registered method reference, or 0. */
export function amrBit(at: usize, length: i32): u32 {
  if (isText(at, length, text("pwd"))) return 1 << 0;
  if (isText(at, length, text("otp"))) return 1 << 1;
  if (isText(at, length, text("hwk"))) return 1 << 2;
  if (isText(at, length, text("swk"))) return 1 << 3;
  if (isText(at, length, text("user"))) return 1 << 4;
  if (isText(at, length, text("mfa"))) return 1 << 5;
  if (isText(at, length, text("kba"))) return 1 << 6;
  if (isText(at, length, text("pin"))) return 1 << 7;
  if (isText(at, length, text("pop"))) return 1 << 8;
  if (isText(at, length, text("sms"))) return 1 << 9;
  if (isText(at, length, text("tel"))) return 1 << 10;
  if (isText(at, length, text("mca"))) return 1 << 11;
  if (isText(at, length, text("fpt"))) return 1 << 12;
  if (isText(at, length, text("face"))) return 1 << 13;
  if (isText(at, length, text("iris"))) return 1 << 14;
  if (isText(at, length, text("retina"))) return 1 << 15;
  if (isText(at, length, text("vbm"))) return 1 << 16;
  if (isText(at, length, text("geo"))) return 1 << 17;
  if (isText(at, length, text("rba"))) return 1 << 18;
  if (isText(at, length, text("sc"))) return 1 << 19;
  return isText(at, length, text("wia")) ? 1 << 20 : 0;
}

// Basic credentials (RFC 7617), as they stand after the scheme in an Authorization header.

export interface BasicCredential {
  readonly username: string;
  readonly password: string;
}

/** Base64 with its padding and no other spelling, so that one credential has one text. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the base64 of `NAME:PASSWORD` in UTF-8; the first colon ends the name. Undefined when it is malformed: no base64, no
 * UTF-8, no colon, or a control character, which neither part may contain (RFC 7617, section 2).
 */
export function parseBasicCredential(text: string): BasicCredential | undefined {
  if (!base64.test(text)) return undefined;
  let plain: string;
  try {
    plain = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, "base64"));
  } catch {
    return undefined;
  }
  const colon = plain.indexOf(":");
  if (colon < 0 || /\p{Cc}/u.test(plain)) return undefined;
  return { username: plain.slice(0, colon), password: plain.slice(colon + 1) };
}

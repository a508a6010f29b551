// What may go into the header and the envelope of a mail. Names and addresses come from directories that others write to:
// none of it may end a line, add a recipient or become another header (RFC 5322, section 2.2).
import { domainToASCII } from "node:url";

/** Octets of a local part and of a domain (RFC 5321, section 4.5.3.1). */
const longestLocalPart = 64;
const longestDomain = 253;

/** Atoms joined by dots (RFC 5322, section 3.2.3), with letters of every script (RFC 6532); no quoted strings. */
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

const longestHeaderText = 200;

/** The address with its domain in ASCII; undefined when it is none that mail can safely be sent to. */
export function mailAddress(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0)).normalize("NFC");
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  const fits = Buffer.byteLength(local) <= longestLocalPart && domain.length <= longestDomain;
  return fits && localPart.test(local) && domainName.test(domain) ? `${local}@${domain}` : undefined;
}

/** A name or a subject on one line: what breaks, hides or reorders text becomes a space. */
export function headerText(text: string): string {
  const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ");
  return [...line.trim()].slice(0, longestHeaderText).join("");
}

// One-time codes as people read them in an e-mail and type them.
import { randomInt } from "node:crypto";

/** Letters and digits that are not taken for each other, and make no words. */
const alphabet = "BCDFGHJKMNPQRSTVWXZ23456789";
const groupLength = 4;

/** As in `BXQ7-2M9K`; 4.75 bits a character. */
export function makeOneTimeCode(characters: number): string {
  const code = Array.from({ length: characters }, () => alphabet[randomInt(alphabet.length)]).join("");
  return code.match(new RegExp(`.{1,${groupLength}}`, "g"))!.join("-");
}

/** Spaces, hyphens and case do not count. */
export function normalized(code: string): string {
  return code.toUpperCase().replace(/[\s\u2010-\u2015-]/g, "");
}

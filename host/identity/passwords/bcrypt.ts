// Bcrypt hashes: `$2b$12$` and 53 characters of salt and digest. Computed in a thread of its own.
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

// The identity that a token proves. Whoever has more groups, or a longer name, than a cookie holds gets a token that refers to their
// profile, which the host sends to gates with each lease, and to nobody else. A digest in the token says which profile is theirs. For
// gates that cannot ask, the token also says which of those groups they are in that the policy asks about.
import { createHash } from "node:crypto";
import type { AskedGroups } from "../core/policy.ts";
import { longestProfile, profileText } from "../identity/large-profile.ts";
import type { User } from "../identity/profiles.ts";
import { HostError } from "../kit/errors.ts";
import { lengthOfJws } from "./jws.ts";
import type { SigningKey } from "./signing-key.ts";
import { issueToken, longestToken, type ProfileReference, type SessionClaims } from "./token.ts";

export type { AskedGroups };

const profileDigestBytes = 32;

type OwnClaims = Omit<SessionClaims, "name" | "email" | "groups">;
type TokenType = "JWT" | "zerohop-basic+jwt";

export interface Issued {
  readonly token: string;
  /** The profile that the token refers to, as gates read it; undefined when the token holds all of it. */
  readonly profile: string | undefined;
}

/**
 * Signs a token of `room` bytes at most. `asked` are the groups that the policy asks about, for whoever cannot be told the profile.
 * Throws HostError "token_size" when a gate could not read the profile either.
 */
export function issueForUser(
  user: User,
  claims: OwnClaims,
  key: SigningKey,
  room = longestToken,
  asked?: AskedGroups,
  type: TokenType = "JWT",
): Issued {
  const fits = (whole: SessionClaims) => lengthOfJws(type, whole, key) <= room;
  const whole: SessionClaims = { ...claims, ...namesOf(user), groups: user.groups };
  if (fits(whole)) return { token: issueToken(whole, key, type), profile: undefined };

  const profile = profileText(user);
  if (Buffer.byteLength(profile) > longestProfile)
    throw new HostError(
      "token_size",
      `the groups and names of ${claims.sub} take ${Buffer.byteLength(profile)} bytes and gates read ${longestProfile}: too many groups`,
    );
  const digest = createHash("sha512").update(profile).digest().subarray(0, profileDigestBytes);
  const reference = { sha512: digest.toString("base64url") };
  const complete = asked ? { ...reference, ...membershipOf(user, asked) } : reference;
  // What gates that can't ask need most comes first.
  const claimed = [
    { ...claims, ...namesOf(user), groups: complete },
    { ...claims, ...addressOf(user), groups: complete },
    { ...claims, groups: complete },
    { ...claims, ...namesOf(user), groups: reference },
  ].find(fits);
  return { token: issueToken(claimed ?? { ...claims, groups: reference }, key, type), profile };
}

function namesOf(user: User): Pick<SessionClaims, "name" | "email"> {
  return { ...(user.displayName !== undefined && { name: user.displayName }), ...addressOf(user) };
}

function addressOf({ email }: User): Pick<SessionClaims, "email"> {
  return email === undefined ? {} : { email };
}

/** A group that the list names more than once counts where it is first, for gates tell applications whatever counts. */
function membershipOf({ groups }: User, { names, digest }: AskedGroups): Omit<ProfileReference, "sha512"> {
  const own = new Set(groups);
  const bits = Buffer.alloc(Math.ceil(names.length / 8));
  for (const [index, name] of names.entries()) if (own.delete(name)) bits[index >> 3]! |= 0x80 >> (index & 7);
  return { of: Buffer.from(digest).toString("base64url"), in: bits.toString("base64url") };
}

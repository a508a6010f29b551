// Logout tokens (OpenID Connect Back-Channel Logout 1.0): what they have to say, beyond the signature, issuer and audience that the provider's
// keys are for.
import { isText } from "./claims.ts";
import { type Claims, ProviderRefusal } from "./provider.ts";
import type { ProviderLogout } from "./store.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";

/** A provider sends a token at once, and some of them again. Seconds. */
const longestDelay = 300;

/** Reads the claims of a token (section 2.6). `now` and `skew` are in seconds. Throws ProviderRefusal "invalid". */
export function readLogout(provider: string, claims: Claims, now: number, skew: number): ProviderLogout {
  const refuse = (message: string) => new ProviderRefusal("invalid", message);
  const { events, nonce, jti, sub, sid, iat, exp } = claims;
  if (typeof events !== "object" || events === null || !Object.hasOwn(events, event))
    throw refuse("the token has no log-out among its events");
  const detail = (events as Claims)[event];
  if (typeof detail !== "object" || detail === null) throw refuse("the log-out event is no object");
  // With a nonce it could be an ID token.
  if (nonce !== undefined) throw refuse("a logout token has no nonce");
  if (!isText(jti)) throw refuse("the token has no jti");
  if (typeof iat !== "number" || iat > now + skew || iat < now - longestDelay - skew)
    throw refuse("the token was not issued just now");
  if ((sub !== undefined && !isText(sub)) || (sid !== undefined && !isText(sid)) || (sub ?? sid) === undefined)
    throw refuse("the token names neither a subject nor a session");
  const end = Math.max(typeof exp === "number" ? exp : 0, iat + longestDelay) + skew;
  return {
    ...{
      provider,
      jti,
      subject: (sub as string | undefined) ?? null,
      providerSid: (sid as string | undefined) ?? null,
    },
    at: Math.floor(iat),
    // As long as the token could be taken again, and a login that had begun before it could come to its end.
    forgetAt: Math.floor(Math.max(end, now + longestAttempt)),
  };
}

/** Longer than somebody may take from the provider's page to the portal. Seconds. */
const longestAttempt = 3600;

// A login by a Basic credential (RFC 7617), whoever passes it on: a gate, or a proxy that asks by forward-auth.
import type { Audit } from "../../audit/audit.ts";
import type { LoginMetrics } from "../../http/login-metrics.ts";
import type { BasicCredential } from "../../identity/basic-credential.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { CheckPassword } from "../../identity/regulation/passwords.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Source } from "../../identity/regulation/subjects.ts";
import type { Logger } from "../../kit/log.ts";
import type { BasicLogin, BasicLogins, BasicVerification } from "../../session/basic-logins.ts";
import type { CookieDomain } from "../../session/config.ts";

interface Dependencies {
  readonly basicLogins: BasicLogins;
  readonly regulation: Pick<Regulation, "isHeld">;
  readonly checkPassword: CheckPassword;
  readonly audit: Pick<Audit, "record">;
  readonly metrics: LoginMetrics;
  readonly log: Logger;
}

/** Checks a credential: regulated, remembered for a cache period, counted and recorded in the audit trail. */
export type LogInBasic = (
  cookieDomain: CookieDomain,
  credential: BasicCredential,
  from: Pick<Source, "address" | "requestId">,
) => Promise<BasicLogin>;

/** Whether whoever sends a credential has to wait before one of theirs is looked at. Counted when they have to. */
export type IsHeld = (
  credential: BasicCredential,
  from: Pick<Source, "address" | "requestId">,
) => boolean | Promise<boolean>;

export function basicHold({ regulation, metrics }: Pick<Dependencies, "regulation" | "metrics">): IsHeld {
  const counted = (isHeld: boolean) => {
    if (isHeld) metrics.countLogin("basic", "held");
    return isHeld;
  };
  return ({ username }, from) => {
    const isHeld = regulation.isHeld({ guessed: "password", username, ...from });
    return isHeld instanceof Promise ? isHeld.then(counted) : counted(isHeld);
  };
}

export function basicLogin(dependencies: Dependencies): LogInBasic {
  const { basicLogins, regulation, metrics, log } = dependencies;
  return async (cookieDomain, credential, from) => {
    if (!fits(credential)) return { outcome: "refused" };
    const source = { guessed: "password", username: credential.username, ...from } as const;
    // Before the cache is asked: it would tell whoever is banned whether a guess is right.
    const login: BasicLogin = (await regulation.isHeld(source))
      ? { outcome: "held" }
      : await basicLogins.check(cookieDomain, credential, () => verify(dependencies, credential, source));
    metrics.countLogin("basic", login.outcome === "verified" ? "logged in" : login.outcome);
    if (login.outcome === "unavailable")
      log.error(
        { request_id: from.requestId, address: from.address, reason: login.reason },
        "basic login not possible",
      );
    return login;
  };
}

function fits({ username, password }: BasicCredential): boolean {
  return username !== "" && username.length <= longestUsername && password !== "" && password.length <= longestPassword;
}

/** Looks at a credential that is not in the cache, and records what came of it. */
async function verify(
  { checkPassword, audit }: Dependencies,
  { username, password }: BasicCredential,
  source: Source,
): Promise<BasicVerification> {
  const { requestId } = source;
  const attempt = await checkPassword({ ...source, username }, password);
  const address = source.address === "" ? undefined : source.address;
  if (attempt.outcome === "expired") {
    const event = { action: "basic login", outcome: "failure", user: attempt.user.name, address, requestId } as const;
    await audit.record({ ...event, detail: { reason: "password expired" } });
    return { outcome: "refused", reason: "password expired" };
  }
  if (attempt.outcome === "refused") {
    const { reason, user } = attempt;
    await audit.record({ action: "basic login", outcome: "failure", user, address, requestId, detail: { reason } });
  } else if (attempt.outcome === "verified")
    await audit.record({
      ...{ action: "basic login", user: attempt.user.name, address, requestId },
      ...(attempt.newPlace && { detail: { new_place: true } }),
    });
  return attempt;
}

// A login by a Basic credential (RFC 7617), whoever passes it on: a gate, or a proxy that asks by forward-auth.

import type { Parts } from "../../http/environment.ts";
import type { BasicCredential } from "../../identity/basic-credential.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import { holderOf } from "../../identity/regulation/network.ts";
import type { Source } from "../../identity/regulation/subjects.ts";
import { verdictOf } from "../../identity/regulation/verdict.ts";
import type { BasicLogin, BasicVerification } from "../../session/basic-logins.ts";
import type { CookieDomain } from "../../session/config.ts";

type BasicParts = Pick<Parts, "basicLogins" | "regulation" | "passwords" | "audit" | "metrics" | "log">;

/** Regulated, remembered for a cache period, counted and put down. */
export async function basicLogin(
  parts: BasicParts,
  cookieDomain: CookieDomain,
  credential: BasicCredential,
  from: Pick<Source, "address" | "requestId">,
): Promise<BasicLogin> {
  const { basicLogins, regulation, metrics, log } = parts;
  const source = { guessed: "password", username: credential.username, ...from } as const;
  if (!fits(credential)) return { outcome: "refused" };
  // Before the cache is asked: it would tell whoever is banned whether a guess is right.
  const login: BasicLogin =
    (await regulation.held(source)) > 0
      ? { outcome: "held" }
      : await basicLogins.check(cookieDomain, credential, () => verify(parts, credential, source));
  metrics.logins.inc({ method: "basic", outcome: login.outcome === "verified" ? "logged in" : login.outcome });
  if (login.outcome === "unavailable")
    log.error({ request_id: from.requestId, address: from.address, reason: login.reason }, "basic login not possible");
  return login;
}

function fits({ username, password }: BasicCredential): boolean {
  return username !== "" && username.length <= longestUsername && password !== "" && password.length <= longestPassword;
}

/** Looks at a credential that is not in the cache, and puts down what came of it. */
async function verify(
  { regulation, passwords, audit }: BasicParts,
  { username, password }: BasicCredential,
  source: Source,
): Promise<BasicVerification> {
  const newPlace = !(await regulation.knows(source));
  const attempt = await regulation.attempt(
    source,
    () => passwords.verify(username, password, holderOf(source.address)),
    verdictOf,
  );
  if (attempt.outcome === "held") return { outcome: "held" };
  if (attempt.outcome === "busy") return { outcome: "unavailable", reason: "too many logins at once", scope: "busy" };
  const { result } = attempt;
  const address = source.address === "" ? undefined : source.address;
  const { requestId } = source;
  if (result.outcome === "refused") {
    const { reason } = result;
    const user = reason === "unknown user" ? undefined : username;
    await audit.record({ action: "basic login", outcome: "failure", user, address, requestId, detail: { reason } });
  } else if (result.outcome === "verified")
    await audit.record({
      ...{ action: "basic login", user: result.user.name, address, requestId },
      ...(newPlace && { detail: { new_place: true } }),
    });
  return result;
}

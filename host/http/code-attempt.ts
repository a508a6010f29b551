// What a visitor types to confirm that it is them, such as a code of an app or from an e-mail: who tries it, and what the JSON API
// answers.
import { english } from "../../portal/languages/index.ts";
import type { CodeSource, Regulated } from "../identity/regulation/codes.ts";
import type { LiveSession } from "../session/sessions.ts";
import { browserOf } from "./browser-cookie.ts";
import type { RequestContext } from "./environment.ts";
import { readTarget } from "./target.ts";

/** "ended": the session ended while the code was being checked. */
export type Passed = Regulated | { readonly outcome: "ended" };

/** Who tries a code, for regulation. */
export function codeSource(c: RequestContext, { user }: LiveSession): CodeSource {
  const { address } = c.get("forwarded");
  return { username: user.name, address, browser: browserOf(c), requestId: c.get("requestId") };
}

/** Answers an attempt in Authelia's form. */
export function answerAttempt(c: RequestContext, passed: Passed, targetURL?: string | null): Response {
  switch (passed.outcome) {
    case "accepted": {
      const target = readTarget(targetURL ?? undefined, c.get("cookieDomain"));
      return c.json(target ? { status: "OK", data: { redirect: target.url } } : { status: "OK" });
    }
    case "refused":
      return c.json({ status: "KO", message: "Authentication failed. Check the code." }, 401);
    case "ended":
      return c.json({ status: "KO", message: "The session has ended. Log in again." }, 401);
    case "wait":
      c.header("Retry-After", String(passed.seconds));
      return c.json(
        { status: "KO", message: `Too many wrong codes. Try again in ${english.duration(passed.seconds)}.` },
        429,
      );
  }
}

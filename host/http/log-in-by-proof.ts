// A login by something else than a name and a password, as features have it; the login feature does it.
import type { RequestContext } from "./environment.ts";
import type { ReturnTo } from "./return-to.ts";

/** What shows who somebody is. */
export interface LoginProof {
  readonly username: string;
  /** The methods (RFC 8176) of the session; it is of level 2. */
  readonly amr: readonly string[];
  /** Whether it is the user's still, after the session was opened. */
  stillProven(): Promise<boolean>;
}

export interface LoginByProof {
  /** Names it in metrics and in the audit trail. */
  readonly method: string;
  readonly keepMeLoggedIn: boolean;
  readonly returnTo: ReturnTo;
  /** Checks what the visitor has sent. Undefined when it proves nothing, which is recorded. */
  prove(): Promise<LoginProof | undefined>;
}

export type LoggedInByProof =
  /** `address`: where the visitor goes on to. */
  | { readonly outcome: "logged in"; readonly address: string }
  /** The account is a provider's, at which its owner has to log in as well. */
  | { readonly outcome: "led on"; readonly address: string }
  | { readonly outcome: "refused" | "unavailable" }
  /** The browser keeps no cookies, so that nothing it sends can be right. `address`: where its user is told so. */
  | { readonly outcome: "no cookies"; readonly address: string }
  /** Seconds until the next try. */
  | { readonly outcome: "held"; readonly wait: number };

export type LogInByProof = (c: RequestContext, login: LoginByProof) => Promise<LoggedInByProof>;

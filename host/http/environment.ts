// What every handler of the HTTP service has at hand: the parts of the host, and what is known about the request.
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Language } from "../../portal/languages/language.ts";
import type { Site } from "../../portal/pages/site.ts";
import type { Config } from "../app/config/config.ts";
import type { LivePolicy } from "../app/reload/live-policy.ts";
import type { Audit } from "../audit/audit.ts";
import type { Application } from "../features/branding/index.ts";
import type { LanguageStore } from "../features/language/store.ts";
import type { Metrics } from "../features/metrics/metrics.ts";
import type { PasswordChangeFeature } from "../features/password-change/index.ts";
import type { AskSecondFactor } from "../features/second-factor/index.ts";
import type { SecondFactors } from "../features/second-factor/second-factors.ts";
import type { PasswordChanges, PasswordCheck } from "../identity/password-check.ts";
import type { Profiles } from "../identity/profiles.ts";
import type { CheckPassword } from "../identity/regulation/passwords.ts";
import type { Regulation } from "../identity/regulation/regulation.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/log.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { CookieDomain } from "../session/config.ts";
import type { Keyring } from "../session/keyring.ts";
import type { Sessions } from "../session/sessions.ts";
import type { AskLogin } from "./ask-login.ts";
import type { BrowserSessions } from "./browser-sessions.ts";
import type { Forwarded } from "./client-address.ts";
import type { Confirmations } from "./confirmation.ts";
import type { OpenSession } from "./open-session.ts";

export interface Parts {
  readonly config: Config;
  readonly policy: LivePolicy;
  readonly languages: LanguageStore;
  readonly keyring: Keyring;
  readonly sessions: Sessions;
  readonly browserSessions: BrowserSessions;
  readonly openSession: OpenSession;
  readonly askLogin: AskLogin;
  readonly confirmations: Confirmations;
  readonly secondFactors: SecondFactors;
  readonly askSecondFactor: AskSecondFactor;
  readonly regulation: Regulation;
  readonly audit: Audit;
  /** Undefined where the config has none: what needs e-mail is not offered then. */
  readonly notifier: Notifier | undefined;
  readonly metrics: Metrics;
  readonly checkPassword: CheckPassword;
  readonly profiles: Profiles;
  readonly passwords: PasswordCheck & PasswordChanges;
  /** Where those go who have forgotten their password; undefined: nowhere. */
  readonly forgotten: string | undefined;
  readonly passwordChange: PasswordChangeFeature;
  readonly appearance: Appearance;
  readonly applications: readonly Application[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** What all pages of the portal look alike by. */
export type Appearance = Pick<Site, "assets" | "branding">;

export interface Environment {
  Bindings: HttpBindings;
  Variables: {
    readonly requestId: string;
    readonly forwarded: Forwarded;
    readonly language: Language;
    readonly appearance: Appearance;
    /** Set on the routes of a portal. */
    readonly cookieDomain: CookieDomain;
  };
}

export type RequestContext = Context<Environment>;

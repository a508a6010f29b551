// What a second factor is to the rest of the host. Each is a folder beside this file, and nothing outside of the folder knows how it
// works; factors.ts lists them.
import type { Language } from "../../../portal/languages/language.ts";
import type { Fragment } from "../../../portal/pages/layout.ts";
import type { Site } from "../../../portal/pages/site.ts";
import type { Audit } from "../../audit/audit.ts";
import type { AuditAction } from "../../audit/event.ts";
import type { AuditRecord } from "../../audit/store.ts";
import type { AskLogin, LoginAlternative } from "../../http/ask-login.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Passed } from "../../http/code-attempt.ts";
import type { Confirmations } from "../../http/confirmation.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { Mount } from "../../http/feature.ts";
import type { LogInByProof } from "../../http/log-in-by-proof.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import type { Regulated } from "../../identity/regulation/codes.ts";
import type { Clock } from "../../kit/clock.ts";
import type { ConfigSection } from "../../kit/config/section.ts";
import type { KeyEncryption } from "../../kit/encryption/key-encryption.ts";
import type { Database } from "../../kit/sql/queries.ts";
import type { Notice } from "../../notify/notice.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { LiveSession } from "../../session/sessions.ts";
import type { CodeBody } from "./code-body.ts";
import type { Question } from "./pages/second-factor.ts";

/** What a user passes a factor with: an app, a passkey, a set of recovery codes. */
export interface Credential {
  /** The credential that takes its place has another one. */
  readonly id: string;
  /** The methods (RFC 8176) of a session that it raises; the first of them is one of its factor's `methods`. */
  readonly amr: readonly [method: string, ...others: string[]];
}

export interface Factor {
  /** Names it in addresses: `/second-factor?with=NAME`. */
  readonly name: string;
  /** Names it in the audit trail. */
  readonly auditName: string;
  /** Every method by which one of its credentials can raise a session to level 2. */
  readonly methods: readonly string[];
  readonly pages: FactorPages;
  /** The credentials of a user; none while the factor is switched off. */
  credentialsOf(username: string): Promise<readonly Credential[]>;
  /** Whether the user can pass it now, at this portal. */
  isUsable(username: string, portal: CookieDomain): Promise<boolean>;
  /**
   * A factor that has this is passed by a form on the second-factor page and by `POST /api/secondfactor/NAME`; another one has routes
   * of its own for that.
   */
  readonly code?: {
    readonly body: CodeBody;
    /** Checks what somebody typed, and uses it up. */
    verify(username: string, code: string): Promise<boolean>;
  };
  /** Whether its user is told by e-mail that it was used. */
  readonly tellsUse?: boolean;
  /** The fields that it adds to what `GET /api/user/info` says. */
  info?(username: string): Promise<Readonly<Record<string, boolean | number>>>;
  /** Where it is set up, renamed, removed, and whatever else it needs. */
  routes?(dependencies: FactorDependencies): readonly Mount[];
  /** Removes what is past its time at `now`, in seconds. */
  removeExpired?(now: number): Promise<void>;
}

/** A factor that is passed by typing a code. */
export type CodeFactor = Factor & Required<Pick<Factor, "code">>;

/** Recovery codes: offered with the first of the other factors, and gone with the last. */
export interface BackupFactor extends Factor {
  /** The page that makes them. */
  readonly page: NonNullable<ReturnTo["next"]>;
  removeAll(username: string): Promise<void>;
}

/** What the pages of the portal, and e-mails, show of a factor. */
export interface FactorPages {
  /** Whether no imitation of the portal can make use of what the visitor does: it is asked for before the others. */
  readonly resistsPhishing?: boolean;
  /** The words of the link that leads to it from another factor. */
  choice(language: Language): string;
  question(view: QuestionView & { readonly username: string }): Promise<Question>;
  account(view: AccountView): Promise<AccountPart>;
  /** The page where somebody without a second factor sets it up; undefined where nobody can. */
  setUp?(language: Language): { readonly label: string; readonly address: string } | undefined;
  /** What the login page offers in place of a name and a password; undefined: nothing. */
  login?(site: Site): LoginAlternative | undefined;
  /** The e-mail to the user about an event that the factor has recorded with `tellUser`. */
  notice?(record: Pick<AuditRecord, "action" | "detail">, language: Language): Notice | undefined;
}

export interface QuestionView {
  readonly site: Site;
  readonly returnTo: ReturnTo;
  /** Whether the last try was wrong: the page then has an element with the id `error`. */
  readonly wrong: boolean;
}

export interface AccountView {
  readonly language: Language;
  readonly username: string;
  readonly portal: CookieDomain;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** What the account page shows. */
export interface AccountPart {
  /** One for each credential, as `row` of portal/pages/rows.ts makes them. */
  readonly rows: readonly Fragment[];
  /** The link that adds one, where there can be several. */
  readonly add?: { readonly label: string; readonly address: string };
}

/** What a factor is made with. */
export interface FactorParts {
  readonly database: Database;
  readonly encryption: KeyEncryption;
  readonly clock: Clock;
}

/** What the host has to know of a kind of factor before there is one, without the weight of it. */
export interface FactorModule<Settings> {
  /** Its keys in the config file. */
  // biome-ignore lint/suspicious/noExplicitAny: which keys those are is the section's own.
  readonly section: ConfigSection<any, Settings>;
  /** Its tables. Their rows belong to a user each, `username`, and go with them. */
  readonly tables: readonly string[];
  /** What it records in the audit trail, beside "second factor". */
  readonly actions: readonly AuditAction[];
  readonly load: () => Promise<{ create(settings: Settings, parts: FactorParts): Factor }>;
}

/** Under the names of their configuration. */
// biome-ignore lint/suspicious/noExplicitAny: a module that takes its own settings takes no other's.
export type FactorModules = Readonly<Record<string, FactorModule<any>>>;

export interface BackupModule extends Pick<FactorModule<never>, "tables" | "actions"> {
  readonly load: () => Promise<{ create(parts: FactorParts): BackupFactor }>;
}

/** A user's factors as a whole; second-factors.ts has them. */
export interface SecondFactorsOfUsers {
  has(username: string): Promise<boolean>;
  afterSetUp(username: string, returnTo: ReturnTo): Promise<string>;
}

/** What factors do to sessions; factor-sessions.ts tells more about each. */
export interface SessionsByFactors {
  pass(
    c: RequestContext,
    live: LiveSession,
    factor: Factor,
    credential: Credential | undefined,
    check: () => Promise<Regulated>,
  ): Promise<Passed>;
  raise(c: RequestContext, live: LiveSession, factor: Factor, credential?: Credential): Promise<boolean>;
  endReplaced(live: LiveSession, factor: Factor): Promise<void>;
  withdraw(
    c: RequestContext,
    live: LiveSession,
    credential: Credential,
    remove: () => Promise<boolean>,
  ): Promise<boolean>;
}

/** What the routes of a factor work with. */
export interface FactorDependencies {
  readonly secondFactors: SecondFactorsOfUsers;
  readonly factorSessions: SessionsByFactors;
  readonly browserSessions: Pick<BrowserSessions, "current" | "require">;
  readonly confirmations: Confirmations;
  readonly audit: Pick<Audit, "record">;
  readonly askLogin: AskLogin;
  readonly logInByProof: LogInByProof;
}

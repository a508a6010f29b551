// A new password for somebody who has forgotten theirs, with the link from an e-mail. It logs nobody in and takes no factor away.
import type { Audit } from "../../audit/audit.ts";
import { browserOf } from "../../http/browser-cookie.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { NewPasswords, Rejected } from "../../http/new-passwords.ts";
import { refuse } from "../../http/problems.ts";
import { recordAction } from "../../http/record-action.ts";
import { userView } from "../../http/user-view.ts";
import { longestUsername } from "../../identity/password-check.ts";
import type { Profiles, User } from "../../identity/profiles.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Sessions } from "../../session/sessions.ts";
import { passwordResetMail } from "./mails/password-reset.ts";
import { bindResetBrowser, clearResetBrowser, resetBrowserOf } from "./reset-cookie.ts";
import type { LinkState, ResetLinks } from "./reset-links.ts";
import type { ResetRequests } from "./reset-requests.ts";
import type { StoredPasswordReset } from "./store.ts";

export type Reset =
  | { readonly outcome: "changed" }
  /** Of mistakes in the password the link is as good as before. */
  | Rejected
  /** The link is not good, or not in this browser. */
  | { readonly outcome: "elsewhere" | "void" };

/** Whose password may be set in this browser by the link with this token. */
export type OpenLink =
  | { readonly state: "good"; readonly reset: StoredPasswordReset; readonly user: User }
  | Exclude<LinkState, { state: "good" }>;

export interface ResetterDependencies {
  /** How long a link is good for. Seconds. */
  readonly lifespan: number;
  readonly links: ResetLinks;
  /** Undefined where passwords are not reset by e-mail. */
  readonly requests: ResetRequests | undefined;
  readonly profiles: Pick<Profiles, "find">;
  readonly newPasswords: NewPasswords;
  readonly sessions: Pick<Sessions, "endAllOf">;
  readonly regulation: Pick<Regulation, "liftUser">;
  readonly audit: Pick<Audit, "record">;
}

export class PasswordResetter {
  readonly #dependencies: ResetterDependencies;

  constructor(dependencies: ResetterDependencies) {
    this.#dependencies = dependencies;
  }

  /** How long a link is good for. Seconds. */
  get lifespan(): number {
    return this.#dependencies.lifespan;
  }

  /** What a new password must be like. */
  get rules(): NewPasswords["rules"] {
    return this.#dependencies.newPasswords.rules;
  }

  /** Refuses with 404 where passwords are not reset by e-mail. */
  requireOffer(): void {
    if (!this.#dependencies.requests) throw refuse(404, "Passwords are not reset here.");
  }

  /**
   * Takes a request for a link. All is done after the answer, which is the same whoever is named; the link leads to the portal as
   * the config has it, whatever the request says that it is called.
   */
  ask(c: RequestContext, typed: string): void {
    const { lifespan, requests } = this.#dependencies;
    const browser = bindResetBrowser(c, lifespan);
    const input = typed.trim();
    if (input === "" || input.length > longestUsername) return;
    const { portalUrl } = c.get("cookieDomain");
    const language = c.get("language");
    requests!.accept({
      input,
      browser,
      knownAs: browserOf(c),
      address: c.get("forwarded").address,
      requestId: c.get("requestId"),
      compose: (user, token) =>
        passwordResetMail({
          user: userView(user),
          language,
          lifespan,
          url: `${portalUrl}/reset-password/new?token=${token}`,
        }),
    });
  }

  /** Looks at a link; it stays good. A user who is disabled or gone meanwhile has no use for it. */
  async open(c: RequestContext, token: string): Promise<OpenLink> {
    const { links, profiles } = this.#dependencies;
    const link = await links.look(token, resetBrowserOf(c));
    if (link.state !== "good") return link;
    const user = await profiles.find(link.reset.username);
    return user ? { ...link, user } : { state: "void" };
  }

  /** Sets a new password by a link, which is used up by that. */
  async set(c: RequestContext, token: string, password: string): Promise<Reset> {
    const { links, newPasswords, sessions, regulation } = this.#dependencies;
    const link = await this.open(c, token);
    if (link.state !== "good") return { outcome: link.state };
    const { reset, user } = link;
    const assessed = await newPasswords.assess(c, password, user);
    if (assessed.outcome !== "good") return assessed;

    // From here on nobody else can use it.
    if (!(await links.take(reset))) return { outcome: "void" };
    const kept = await newPasswords.keep(c, user, password);
    if (kept.outcome !== "changed") {
      await links.giveBack(reset);
      return kept;
    }
    const ended = await sessions.endAllOf(user.name);
    // Whoever guessed at the old password has not guessed at this one. Codes stay as they were: mail is no second factor.
    await regulation.liftUser(user.name, ["password"]);
    clearResetBrowser(c);
    await recordAction(c, this.#dependencies, user, { action: "password reset", detail: { sessions: ended } });
    return { outcome: "changed" };
  }
}

// A new password of a user: judged by the portal's policy, and kept by whatever checks passwords.

import type { DirectorysWords } from "../../portal/pages/new-password.ts";
import type { PasswordChanges } from "../identity/password-check.ts";
import { type PasswordMistake, PasswordNotAssessed, type PasswordPolicy } from "../identity/password-policy/policy.ts";
import { preparedPassword } from "../identity/passwords/password-text.ts";
import type { User } from "../identity/profiles.ts";
import type { Logger } from "../kit/log.ts";
import type { RequestContext } from "./environment.ts";

/** What is wrong with a new password: also that it is the old one, or that the directory has rules of its own. */
export type NewPasswordMistake = PasswordMistake | "unchanged" | "directory" | DirectorysWords;

/** "mistakes": of the new password; nothing was changed. */
export type Rejected =
  | { readonly outcome: "mistakes"; readonly mistakes: readonly NewPasswordMistake[] }
  | { readonly outcome: "unavailable" };

interface Dependencies {
  readonly policy: Pick<PasswordPolicy, "mistakesIn" | "rules">;
  readonly passwords: PasswordChanges;
  readonly log: Logger;
}

export class NewPasswords {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** What a new password must be like. */
  get rules(): PasswordPolicy["rules"] {
    return this.#dependencies.policy.rules;
  }

  /** Whether passwords can be changed at all. */
  arePossible(): Promise<boolean> {
    return this.#dependencies.passwords.canChangePasswords();
  }

  /** Judges a new password by the portal's policy, and by the `current` one where that was given: it must be another. */
  async assess(
    c: RequestContext,
    password: string,
    user: User,
    current?: string,
  ): Promise<{ readonly outcome: "good" } | Rejected> {
    try {
      const mistakes = await this.#dependencies.policy.mistakesIn(password, user);
      if (mistakes.length > 0) return { outcome: "mistakes", mistakes };
    } catch (error) {
      if (!(error instanceof PasswordNotAssessed)) throw error;
      this.#dependencies.log.error({ request_id: c.get("requestId"), reason: error.message }, "password cannot be set");
      return { outcome: "unavailable" };
    }
    const isSame = current !== undefined && preparedPassword(password) === preparedPassword(current);
    return isSame ? { outcome: "mistakes", mistakes: ["unchanged"] } : { outcome: "good" };
  }

  /** Has a new password kept that was found good, `current` as in PasswordChanges. Sessions are left alone. */
  async keep(
    c: RequestContext,
    { name: user }: User,
    password: string,
    current?: string,
  ): Promise<{ readonly outcome: "changed" } | Rejected> {
    const change = await this.#dependencies.passwords.changePassword(user, password, current);
    if (change.outcome === "changed") return change;
    const { reason } = change;
    if (change.reason === "password policy" && "said" in change)
      return { outcome: "mistakes", mistakes: [change.said === undefined ? "directory" : `directory: ${change.said}`] };
    this.#dependencies.log.error({ request_id: c.get("requestId"), user, reason }, "password cannot be set");
    return { outcome: "unavailable" };
  }
}

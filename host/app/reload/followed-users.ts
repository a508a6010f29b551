// The users file of a running host: who is changed in it is known at once, and sessions that rested on it end.
import type { Audit } from "../../audit/audit.ts";
import type { UsersFile } from "../../identity/users-file.ts";
import { current, type FileStatus } from "../../kit/files/file-status.ts";
import { watchFile } from "../../kit/files/watch-file.ts";
import type { Logger } from "../../kit/log.ts";
import { StoreUnavailable } from "../../kit/sql/unavailable.ts";
import { formatProblem, InvalidFileError } from "../../kit/yaml/problem.ts";
import type { Sessions } from "../../session/sessions.ts";

export class FollowedUsers {
  readonly #file: string;
  readonly #users: UsersFile;
  readonly #sessions: Sessions;
  readonly #audit: Audit;
  readonly #log: Logger;
  #status: FileStatus = current;

  constructor(users: UsersFile, { sessions, audit, log }: { sessions: Sessions; audit: Audit; log: Logger }) {
    this.#file = users.file;
    this.#users = users;
    this.#sessions = sessions;
    this.#audit = audit;
    this.#log = log;
  }

  get status(): FileStatus {
    return this.#status;
  }

  /** Follows the file. Returns what stops it. */
  watch(): () => void {
    return watchFile(this.#file, () => void this.reload());
  }

  /** Reads the file and takes it over. Never rejects: what is wrong is logged, and the users before stay. */
  async reload(): Promise<void> {
    try {
      await this.#users.finishChange();
      const next = this.#users.readAgain();
      const { gone, passwordChanged } = this.#users.takeOver(next);
      if (this.#status !== current) this.#log.info({ file: this.#file }, "the users file is in force");
      for (const warning of next.warnings) this.#log.warn({ problem: formatProblem(warning) }, "of the users file");
      this.#status = current;
      await Promise.all([
        ...gone.map((user) => this.#end(user, "user disabled or gone")),
        ...passwordChanged.map((user) => this.#end(user, "password changed")),
      ]);
    } catch (error) {
      if (error instanceof InvalidFileError) this.#reject(error.message);
      else if (error instanceof StoreUnavailable)
        this.#log.error({ reason: error.message }, "sessions of changed users end as soon as the database can be had");
      else this.#log.error({ err: error }, "cannot end the sessions of changed users");
    }
  }

  async #end(user: string, reason: string): Promise<void> {
    const sessions = await this.#sessions.endAllOf(user);
    await this.#audit.record({ action: "session end", by: "host", user, detail: { reason, sessions } });
  }

  #reject(problem: string): void {
    if (this.#status.status === "rejected" && this.#status.problem === problem) return;
    this.#status = { status: "rejected", problem };
    this.#log.error({ file: this.#file, problem }, "the changed users file is invalid; the users before stay in force");
  }
}

// The config file of a running host: its policy is taken over when the file changes, all else with the next start.
import { isDeepStrictEqual } from "node:util";
import { filesOf } from "../../kit/config/layers.ts";
import { current, type FileStatus } from "../../kit/files/file-status.ts";
import { watchFile } from "../../kit/files/watch-file.ts";
import type { Logger } from "../../kit/log.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { type ConfigSource, type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Setting } from "../config/settings.ts";
import type { LivePolicy } from "./live-policy.ts";

export class FollowedConfig {
  readonly #source: ConfigSource;
  readonly #started: readonly Setting[];
  readonly #policy: LivePolicy;
  readonly #publish: () => Promise<void>;
  readonly #log: Logger;
  #status: FileStatus = current;

  constructor(
    { settings, source }: LoadedConfig,
    { policy, publish, log }: { policy: LivePolicy; publish: () => Promise<void>; log: Logger },
  ) {
    this.#source = source;
    this.#started = settings;
    this.#policy = policy;
    this.#publish = publish;
    this.#log = log;
  }

  get status(): FileStatus {
    return this.#status;
  }

  /** Follows the files that there are at the start. Returns what stops it. */
  watch(): () => void {
    const stops = filesOf(this.#source.names).map((file) => watchFile(file, () => void this.reload()));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Reads the file and takes over what can be. Never rejects: what is wrong is logged, and the state before holds. */
  async reload(): Promise<void> {
    try {
      const { names, environment, more } = this.#source;
      const { settings, policy } = loadConfig(names, environment, more);
      const keys = differences(this.#started, settings);
      this.#become(keys.length === 0 ? current : { status: "restart_needed", keys });
      if (isDeepStrictEqual(policy.section, this.#policy.section)) return;
      this.#policy.replace(policy);
      await this.#publish();
      this.#log.info({ file: names.join() }, "the changed policy is in force");
    } catch (error) {
      if (error instanceof InvalidFileError) this.#become({ status: "rejected", problem: error.message });
      else this.#log.error({ err: error }, "cannot take over the changed config");
    }
  }

  /** Logs what is news about the file. */
  #become(status: FileStatus): void {
    if (isDeepStrictEqual(status, this.#status)) return;
    const file = this.#source.names.join();
    if (status.status === "rejected")
      this.#log.error(
        { file, problem: status.problem },
        "the changed config is invalid; the one before stays in force",
      );
    else if (status.status === "restart_needed")
      this.#log.warn({ file, keys: status.keys }, "changes of the config need a restart");
    else this.#log.info({ file }, "the config is as this host runs");
    this.#status = status;
  }
}

/** The keys whose values differ, but for the policy. */
function differences(before: readonly Setting[], after: readonly Setting[]): string[] {
  const now = new Map(after.map(({ key, value }) => [key, value]));
  return before.flatMap(({ key, value }) => (isDeepStrictEqual(value, now.get(key)) ? [] : [key]));
}

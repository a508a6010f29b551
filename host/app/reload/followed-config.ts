// The config file of a running host: its policy and the log's level are taken over when the file changes, all else with the next start.
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { loadPolicy } from "../../core/policy.ts";
import { filesOf, isFolder } from "../../kit/config/layers.ts";
import { current, type FileStatus } from "../../kit/files/file-status.ts";
import { watchFile } from "../../kit/files/watch-file.ts";
import type { Logger, LogLevel } from "../../kit/log.ts";
import { InvalidFileError, type Problem } from "../../kit/yaml/problem.ts";
import type { ConfigSource, LoadedConfig } from "../config/load.ts";
import type { Setting } from "../config/settings.ts";
import type { LivePolicy } from "./live-policy.ts";
import { readConfig } from "./read-config.ts";

export class FollowedConfig {
  readonly #source: ConfigSource;
  readonly #started: readonly Setting[];
  readonly #policy: LivePolicy;
  readonly #publish: () => Promise<void>;
  readonly #log: Logger;
  #level: LogLevel;
  #warned: ReadonlySet<string>;
  #status: FileStatus = current;
  /** The reading that runs, and one that has still to begin: all changes meanwhile share the latter. */
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(
    { config, settings, source, warnings }: LoadedConfig,
    { policy, publish, log }: { policy: LivePolicy; publish: () => Promise<void>; log: Logger },
  ) {
    this.#source = source;
    this.#started = settings;
    this.#level = config.log.level;
    this.#warned = new Set(warnings.map(textOf));
    this.#policy = policy;
    this.#publish = publish;
    this.#log = log;
  }

  get status(): FileStatus {
    return this.#status;
  }

  /** Follows the files, and the folders for those that come. Returns what stops it. */
  watch(): () => void {
    const watched = new Map<string, () => void>();
    // A new file is a change of its own; one that is gone becomes one once it has been missing for a while.
    const follow = () => {
      for (const name of this.#source.names.flatMap(filesAndFolder))
        if (!watched.has(name))
          watched.set(name, watchFile(name, name.endsWith(folderMark) ? follow : () => changed(name)));
    };
    const changed = (file: string) => {
      if (this.#source.names.includes(file) || existsSync(file)) follow();
      else {
        watched.get(file)?.();
        watched.delete(file);
      }
      void this.reload();
    };
    follow();
    return () => {
      for (const stop of watched.values()) stop();
    };
  }

  /** Reads the file and takes over what can be. Never rejects: what is wrong is logged, and the state before holds. */
  reload(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#reload();
      return this.#running;
    });
    return this.#next;
  }

  async #reload(): Promise<void> {
    try {
      const { settings, logLevel, accessControl, warnings } = await readConfig(this.#source);
      for (const warning of warnings) if (!this.#warned.has(textOf(warning))) logWarning(this.#log, warning);
      this.#warned = new Set(warnings.map(textOf));
      const keys = differences(this.#started, settings);
      this.#become(keys.length === 0 ? current : { status: "restart_needed", keys });
      if (logLevel !== this.#level) {
        this.#level = this.#log.level = logLevel;
        this.#log.info({ log_level: logLevel }, "the changed level of the log is in force");
      }
      if (isDeepStrictEqual(accessControl, this.#policy.section)) return;
      this.#policy.replace(loadPolicy(accessControl));
      await this.#publish();
      this.#log.info({ file: this.#source.names.join() }, "the changed policy is in force");
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

/** Logs what of a config has no effect. */
export function logWarning(log: Logger, warning: Problem): void {
  log.warn({ file: warning.file, line: warning.line, key: warning.path }, textOf(warning));
}

/** Without its place, which moves with whatever is written above it. */
function textOf({ path, message }: Problem): string {
  return `${path} ${message}`;
}

/** What to watch of a name that was given: the file, or the files in the folder, and the folder by a name that no file has. */
function filesAndFolder(name: string): readonly string[] {
  if (!isFolder(name)) return [name];
  try {
    return [`${name}${folderMark}`, ...filesOf([name])];
  } catch {
    return [`${name}${folderMark}`];
  }
}

/** So its entries are watched, and not those of the folder that it is in. */
const folderMark = "/.";

/** The keys whose values differ, but for what is taken over at once. */
function differences(before: readonly Setting[], after: readonly Setting[]): string[] {
  const now = new Map(after.map(({ key, value }) => [key, value]));
  return before.flatMap(({ key, value }) =>
    key === "log.level" || isDeepStrictEqual(value, now.get(key)) ? [] : [key],
  );
}

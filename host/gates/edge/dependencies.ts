// What the questions of gates are answered with.
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { Sessions } from "../../session/sessions.ts";
import type { LogInBasic } from "./basic-login.ts";
import type { EdgeTokenStore } from "./edge-token-store.ts";
import type { BundlePublisher } from "./publisher.ts";

export interface Dependencies {
  readonly cookieDomains: readonly CookieDomain[];
  readonly edgeTokens: EdgeTokenStore;
  readonly publisher: BundlePublisher;
  readonly sessions: Pick<Sessions, "resume" | "renew">;
  readonly logInBasic: LogInBasic;
  /** Counts what gates ask, by route and HTTP status; `times` is 1 unless told. */
  readonly countRequest: (route: string, status: number, times?: number) => void;
  /** Counts a question of a gate that speaks another protocol than this host. */
  readonly countMismatch: (protocol: number) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

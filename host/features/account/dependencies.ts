// What the account page and its API work with.
import type { Audit } from "../../audit/audit.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Sessions } from "../../session/sessions.ts";

export interface Dependencies {
  readonly sessions: Pick<Sessions, "of" | "belongsTo" | "end" | "endOthersOf">;
  readonly browserSessions: BrowserSessions;
  readonly askLogin: AskLogin;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
}

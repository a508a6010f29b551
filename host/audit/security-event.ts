// Which events of the audit trail a user is told of by e-mail, but for those that are recorded with `tellUser`.
import type { AuditRecord } from "./store.ts";

export type SecurityEvent =
  | "login"
  | "banned"
  | "passwordChanged"
  | "passwordReset"
  | "passwordSet"
  | "elevated"
  | "loggedOut";

/** What successful actions are to their users, where nothing more has to be looked at. */
const always: Readonly<Record<string, SecurityEvent>> = {
  "password change": "passwordChanged",
  "password reset": "passwordReset",
  elevation: "elevated",
};

/** The notice that an event is to its user; undefined when users need not be told of it, or when it is about no user. */
export function securityEventOf(record: Omit<AuditRecord, "at">): SecurityEvent | undefined {
  const { action, outcome, by, user, detail } = record;
  if (user === null || outcome !== "success") return undefined;
  switch (action) {
    case "login":
    case "basic login":
      return detail.new_place === true ? "login" : undefined;
    case "session end":
      return by === "user" && detail.sessions !== undefined ? "loggedOut" : undefined;
    case "user change":
      return detail.change === "password set" ? "passwordSet" : undefined;
    case "ban":
      return "banned";
    default:
      return always[action];
  }
}

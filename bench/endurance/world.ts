// What the site must answer: sessions as browsers hold them, and the decisions due to them as things change.

import { domain } from "../../workshop/host/site.ts";
import type { Reply } from "../life/connection.ts";
import { cookieName, type Decision, decisionOf, sessionId, type UserName } from "../life/site.ts";

/** The rule on /reports is the one that policy edits turn around. */
export const reportsRule = { domain: `app.${domain}`, resources: ["^/reports$"], policy: "one_factor" };

export const rules = [
  reportsRule,
  { domain: `app.${domain}`, resources: ["^/admins$"], policy: "one_factor", subject: "group:admins" },
  { domain: `app.${domain}`, resources: ["^/admins$"], policy: "deny" },
  { domain: `app.${domain}`, policy: "one_factor" },
  { domain: `admin.${domain}`, policy: "two_factor", subject: "group:admins" },
];

export const targets = [
  ["public", "/"],
  ["app", "/"],
  ["app", "/projects/42?tab=files"],
  ["app", "/admins"],
  ["app", "/reports"],
  ["admin", "/"],
] as const;
export type Target = (typeof targets)[number];

type Outcome = Decision["outcome"];

export class Session {
  readonly user: UserName;
  readonly id: string;
  token: string;
  /** While it is being ended either answer is right. */
  state: "live" | "ending" | "ended" = "live";
  /** When the last new lease came; milliseconds of performance.now. */
  renewedAt: number | undefined;
  renewals = 0;

  constructor(user: UserName, token: string) {
    this.user = user;
    this.token = token;
    this.id = sessionId(token);
  }

  /** As a browser does: the newest cookie is the one that is sent. */
  takeCookie(reply: Reply): void {
    const token = new RegExp(`^${cookieName}=([^;]*)`).exec(reply.header("set-cookie") ?? "")?.[1];
    if (!token) return;
    this.token = token;
    this.renewals++;
    this.renewedAt = performance.now();
  }
}

export class World {
  /** "changing" while an edit of the policy is on its way. */
  reports: "allowed" | "denied" | "changing" = "allowed";

  /** Every outcome that is right now. */
  expected(session: Session | undefined, target: Target): readonly Outcome[] {
    const anonymous = this.#expectedOf(undefined, target);
    if (!session || session.state === "ended") return anonymous;
    const known = this.#expectedOf(session.user, target);
    return session.state === "live" ? known : [...known, ...anonymous];
  }

  #expectedOf(user: UserName | undefined, [host, path]: Target): readonly Outcome[] {
    if (host === "public") return ["allow"];
    if (path === "/reports") {
      const allowed: Outcome = user ? "allow" : "login";
      if (this.reports === "changing") return [allowed, "deny"];
      return [this.reports === "allowed" ? allowed : "deny"];
    }
    // A visitor whom nobody knows yet may turn out to be in the group.
    if (!user) return ["login"];
    if (path === "/admins") return [user === "alice" ? "allow" : "deny"];
    // Nobody here has a second factor.
    if (host === "admin") return [user === "alice" ? "login" : "deny"];
    return ["allow"];
  }
}

/** What is wrong with an answer, as a sentence; undefined when nothing is. `right` holds the outcomes that are right. */
export function fault(
  reply: Reply,
  session: Session | undefined,
  target: Target,
  right: readonly Outcome[],
): string | undefined {
  const { outcome, user } = decisionOf(reply);
  const who = session ? `${session.user}, ${session.state}` : "nobody";
  const what = `${target[0]}${target[1]} for ${who}`;
  if (!right.includes(outcome))
    return `${what}: ${outcome} (${reply.status}) instead of ${[...new Set(right)].join(" or ")}`;
  // Where everybody is let through, whether the gate says who it is may depend on the rules.
  const mayBeNobody = target[0] === "public";
  if (outcome === "allow" && user !== session?.user && !(mayBeNobody && user === undefined))
    return `${what}: allowed as ${user ?? "nobody"}`;
  return undefined;
}

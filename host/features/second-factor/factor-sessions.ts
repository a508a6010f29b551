// What second factors do to sessions. A session of level 2 is worth what raised it: it is raised by a credential that is its user's,
// and when that goes, because it was lost or stolen, the sessions that it raised end; the one in which it is taken away goes on, by
// what is left of it.
import type { Audit } from "../../audit/audit.ts";
import { type BrowserSessions, visitor } from "../../http/browser-sessions.ts";
import { codeSource, type Passed } from "../../http/code-attempt.ts";
import type { RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import type { Regulate, Regulated } from "../../identity/regulation/codes.ts";
import type { LiveSession, Sessions } from "../../session/sessions.ts";
import type { CodeFactor, Credential, Factor, SessionsByFactors } from "./factor.ts";
import type { SecondFactors } from "./second-factors.ts";

interface Dependencies {
  readonly secondFactors: SecondFactors;
  readonly sessions: Pick<Sessions, "elevate" | "lower" | "end" | "endRaisedBy">;
  readonly browserSessions: Pick<BrowserSessions, "give">;
  readonly audit: Pick<Audit, "record">;
  /** Bounds how often codes are tried. */
  readonly regulate: Regulate;
}

export class FactorSessions implements SessionsByFactors {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Checks a code that the visitor has typed, and raises their session when it is right. */
  async passByCode(c: RequestContext, live: LiveSession, factor: CodeFactor, code: string): Promise<Passed> {
    const { name } = live.user;
    const [credential] = await factor.credentialsOf(name);
    const verify = () => factor.code.verify(name, code);
    return this.pass(c, live, factor, credential, () => this.#dependencies.regulate(codeSource(c, live), verify));
  }

  /** Runs a check of a credential, and raises the session to level 2 when it is accepted. Both outcomes are recorded. */
  async pass(
    c: RequestContext,
    live: LiveSession,
    factor: Factor,
    credential: Credential | undefined,
    check: () => Promise<Regulated>,
  ): Promise<Passed> {
    const result = await check();
    // An attempt that has to wait was not looked at; the ban before it is recorded.
    if (result.outcome === "wait") return result;
    const event = { action: "second factor", detail: { factor: factor.auditName } } as const;
    if (result.outcome === "refused") {
      await recordAction(c, this.#dependencies, live.user, { ...event, outcome: "failure" });
      return result;
    }
    if (!(await this.raise(c, live, factor, credential))) return { outcome: "ended" };
    await recordAction(c, this.#dependencies, live.user, { ...event, tellUser: factor.tellsUse === true });
    return result;
  }

  /**
   * Gives the browser a session of level 2 in place of the one that it has. False when that is gone, or the credential: the user has
   * none, or another one has taken its place.
   */
  async raise(c: RequestContext, live: LiveSession, factor: Factor, credential?: Credential): Promise<boolean> {
    const { sessions, browserSessions } = this.#dependencies;
    if (!credential) return false;
    const raised = await sessions.elevate(live, credential.amr, visitor(c));
    if (!raised) return false;
    // Looked at last: whoever takes the credential away from now on ends this session too.
    const left = await factor.credentialsOf(live.user.name);
    if (!left.some(({ id }) => id === credential.id)) {
      await sessions.end(raised.sid);
      return false;
    }
    browserSessions.give(c, raised);
    return true;
  }

  /** Ends the sessions that a credential of a factor raised which another one has replaced, but for the visitor's own. */
  async endReplaced({ user, session }: LiveSession, factor: Factor): Promise<void> {
    await this.#dependencies.sessions.endRaisedBy(user.name, factor.methods, session.sid);
  }

  /**
   * Removes a credential, and what it raised: sessions say by which method they were raised, not by which device. False when
   * `remove` finds that there is none.
   */
  async withdraw(
    c: RequestContext,
    live: LiveSession,
    { amr: [method] }: Credential,
    remove: () => Promise<boolean>,
  ): Promise<boolean> {
    const { secondFactors, sessions, browserSessions } = this.#dependencies;
    const { user, session } = live;
    // Before it, so that whatever stops this host in between leaves none; after it for those that were raised meanwhile.
    await sessions.endRaisedBy(user.name, [method], session.sid);
    const removed = await remove();
    await secondFactors.removeOrphanedCodes(user.name);
    if (!removed) return false;
    const left = await secondFactors.methodsOf(user.name);
    const gone = secondFactors.methods.filter((one) => one === method || !left.includes(one));
    await sessions.endRaisedBy(user.name, gone, session.sid);
    if (session.level === 1 || !session.amr.some((one) => gone.includes(one))) return true;
    const lowered = await sessions.lower(live, gone, left, visitor(c));
    if (lowered) browserSessions.give(c, lowered);
    return true;
  }
}

// What becomes of somebody who has come back from a provider: a session, or the reason why there is none.
import { legibleText } from "../../../portal/pages/legible.ts";
import type { Audit } from "../../audit/audit.ts";
import type { Policy } from "../../core/policy.ts";
import { afterLogin } from "../../http/after-login.ts";
import { type BrowserSessions, SeveralSessions } from "../../http/browser-sessions.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { LoginMetrics } from "../../http/login-metrics.ts";
import { noteLogin } from "../../http/login-probe.ts";
import type { OpenSession } from "../../http/open-session.ts";
import { sourceOf } from "../../http/record-action.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import type { Profiles } from "../../identity/profiles.ts";
import type { ProviderAccounts } from "../../identity/provider-accounts/accounts.ts";
import type { IdentityKey, ProviderAccountStore } from "../../identity/provider-accounts/store.ts";
import type { VisitorNetworks } from "../../identity/regulation/network.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { QueueFull } from "../../kit/work-queue.ts";
import { loginName } from "../../session/login-source.ts";
import type { Authentication, LiveSession, Sessions } from "../../session/sessions.ts";
import type { Attempt } from "./attempts.ts";
import { isOldLogin, obstacleFor, type Person, readPerson, readProof } from "./claims.ts";
import type { Invitations } from "./invitations.ts";
import type { ConfiguredProvider, ProviderLogins } from "./logins.ts";
import type { Problem } from "./pages/problem.ts";
import type { AttemptSecrets, Grant, Provider } from "./provider.ts";
import { type Refused, refusedBy } from "./refused.ts";

export interface SignInDependencies {
  readonly accounts: ProviderAccounts;
  readonly accountStore: ProviderAccountStore;
  readonly profiles: Pick<Profiles, "find">;
  readonly logins: ProviderLogins;
  readonly invitations: Invitations;
  readonly sessions: Pick<Sessions, "revocationSnapshot">;
  readonly browserSessions: Pick<BrowserSessions, "current">;
  readonly openSession: OpenSession;
  readonly regulation: Pick<Regulation, "attempt" | "knows" | "remember">;
  readonly visitors: VisitorNetworks;
  /** How long the longest session lives. Seconds. */
  readonly longestSession: number;
  readonly audit: Pick<Audit, "record">;
  readonly metrics: Pick<LoginMetrics, "countLogin">;
  readonly policy: Pick<Policy, "decide">;
  readonly clock: Clock;
  readonly log: Logger;
}

export type SignedIn =
  | { readonly outcome: "signed in"; readonly address: string }
  /** `wait`: seconds until the next try. */
  | { readonly outcome: "refused"; readonly problem: Problem; readonly wait?: number };

/** `answer`: the redirect URI with the query that the browser came with. */
export async function signIn(
  c: RequestContext,
  dependencies: SignInDependencies,
  { config, provider, redemptions }: ConfiguredProvider,
  { attempt, secrets }: { readonly attempt: Attempt; readonly secrets: AttemptSecrets },
  answer: URL,
  returnTo: ReturnTo,
): Promise<SignedIn> {
  const { regulation, logins, openSession, sessions, browserSessions } = dependencies;
  const { visitors, profiles, accountStore, metrics, clock } = dependencies;
  const { address, requestId } = { ...c.get("forwarded"), requestId: c.get("requestId") };
  const refused = async ({ problem, reason }: Refused, user?: string): Promise<SignedIn> => {
    metrics.countLogin("provider", problem === "unavailable" ? "unavailable" : "refused");
    await noteRefusal(c, dependencies, config.id, reason, user);
    return { outcome: "refused", problem };
  };

  const redeemed = await redemptions
    .run(() => redeem(dependencies, provider, { answer, secrets, address, requestId }), visitors.holderOf(address))
    .catch((error): Redeemed => {
      if (error instanceof QueueFull) return { outcome: "held", problem: "unavailable" };
      throw error;
    });
  if (redeemed.outcome === "held") {
    metrics.countLogin("provider", "held");
    return { ...redeemed, outcome: "refused" };
  }
  if (redeemed.outcome === "refused") return refused(redeemed);
  const { grant } = redeemed;

  const proof = readProof(grant.claims, config);
  if (attempt.confirms && isOldLogin(grant, config, attempt.at))
    return refused({ problem: "stale", reason: "the provider did not ask for a new login" });
  const { secondFactorOf } = attempt;
  if (secondFactorOf !== undefined && proof.level < 2)
    return refused({ problem: "oneFactor", reason: "the provider confirms one factor alone" }, secondFactorOf);
  let person: Person;
  try {
    const obstacle = obstacleFor(grant.claims, config);
    if (obstacle !== undefined) return refused({ problem: "forbidden", reason: obstacle });
    person = readPerson(grant.claims, config);
  } catch (error) {
    return refused(refusedBy(error));
  }

  const key = { provider: config.id, issuer: config.issuer, subject: person.subject };
  if (secondFactorOf !== undefined && (await accountStore.identity(key))?.username !== secondFactorOf)
    return refused({ problem: "another", reason: "a second factor of somebody else" }, secondFactorOf);
  const username = await accountOf(dependencies, config, key, person, attempt);
  if (username === undefined) return refused({ problem: "invitation", reason: "no account, and no invitation" });
  // The link may be removed at any moment; whoever removes it ends the logins that there are by then.
  const isLinked = async () => (await accountStore.identity(key))?.username === username;
  const snapshot = await sessions.revocationSnapshot(username);
  const raised = await raisedSession(c, browserSessions, username);
  // Whoever has shown two factors in this browser is not to fall to one by a login that another site, or another tab, has begun.
  if (raised && proof.level === 1 && !attempt.confirms)
    return { outcome: "signed in", address: afterLogin(c, dependencies, returnTo, authenticationOf(raised)) };
  await accountStore.noteProfile(username, config.id, person);
  const user = await profiles.find(username);
  if (!user) return refused({ problem: "disabled", reason: "disabled user" }, username);

  const login = loginName(config.id, attempt.id);
  const { iat } = grant.claims;
  const now = clock();
  const isNew = await logins.add(
    {
      ...{ id: login, ...key, username, providerSid: proof.sid ?? null },
      createdAt: typeof iat === "number" ? Math.floor(iat) : now,
      expiresAt: now + dependencies.longestSession,
    },
    grant,
  );
  if (!isNew) return refused({ problem: "invalid", reason: "the provider has ended this login already" }, username);
  const place = { guessed: "password", username, address } as const;
  // Whoever has the browser may have left out of the address that the time is wanted: a login that was silent is then none of now.
  const authTime = proof.authTime ?? (grant.tellsAuthTime && config.anew.max_age !== undefined ? 0 : undefined);
  const authentication = {
    ...{ user, login, level: proof.level, amr: proof.amr },
    ...(authTime !== undefined && { authTime }),
  };
  const opened = await openSession(c, authentication, {
    ...{ keepMeLoggedIn: config.rememberMe, newPlace: !(await regulation.knows(place)), snapshot },
    stillProven: async () => (await logins.isGood(login)) && (await isLinked()),
  });
  if (!opened && !(await isLinked())) return refused({ problem: "expired", reason: "unlinked meanwhile" }, username);
  metrics.countLogin("provider", opened ? "logged in" : "unavailable");
  if (!opened) return { outcome: "refused", problem: "unavailable" };
  noteLogin(c);
  await regulation.remember(place);
  await accountStore.noteLogin(key, now);
  return { outcome: "signed in", address: afterLogin(c, dependencies, returnTo, authentication) };
}

type Redeemed =
  | { readonly outcome: "redeemed"; readonly grant: Grant }
  | ({ readonly outcome: "refused" } & Refused)
  /** The provider was not asked. */
  | { readonly outcome: "held"; readonly problem: Problem; readonly wait?: number };

/** Redeems what the browser has brought, unless too much that came from its address was worthless. */
async function redeem(
  { regulation }: Pick<SignInDependencies, "regulation">,
  provider: Provider,
  {
    answer,
    secrets,
    ...from
  }: {
    readonly answer: URL;
    readonly secrets: AttemptSecrets;
    readonly address: string;
    readonly requestId: string;
  },
): Promise<Redeemed> {
  // What is bounded, by address, is what worthless codes cost the provider. They count when it has answered: while it is slow, no password
  // from the same address waits for it.
  const source = { guessed: "password", username: undefined, ...from } as const;
  const admitted = await regulation.attempt(
    source,
    async () => undefined,
    () => "undecided",
  );
  if (admitted.outcome === "held") return { outcome: "held", problem: "held", wait: admitted.wait };
  if (admitted.outcome === "busy") return { outcome: "held", problem: "unavailable" };
  const grant = await provider.redeem(answer, secrets).catch(refusedBy);
  if (!("reason" in grant)) return { outcome: "redeemed", grant };
  if (grant.problem === "invalid")
    await regulation.attempt(
      source,
      async () => grant,
      () => "wrong",
    );
  return { outcome: "refused", ...grant };
}

/** The session of level 2 that a user has in this browser. */
async function raisedSession(
  c: RequestContext,
  browserSessions: SignInDependencies["browserSessions"],
  username: string,
): Promise<LiveSession | undefined> {
  const live = await browserSessions.current(c).catch((error) => {
    // A login ends whatever there is in its place.
    if (error instanceof SeveralSessions) return undefined;
    throw error;
  });
  return live?.session.level === 2 && live.user.name === username ? live : undefined;
}

function authenticationOf({ session, user }: LiveSession): Authentication {
  const { level, amr, authTime, login } = session;
  return { user, level, amr, authTime, ...(typeof login === "string" && { login }) };
}

/** The name of the account of somebody at a provider, which their first login makes; undefined: there is none, and they may not make one. */
async function accountOf(
  { accounts, accountStore, invitations, clock }: SignInDependencies,
  { id, firstLogin, plainUsernames }: ConfiguredProvider["config"],
  key: IdentityKey,
  person: Person,
  { invitation }: Attempt,
): Promise<string | undefined> {
  const known = await accountStore.identity(key);
  if (known) return known.username;
  const isInvited = firstLogin === "create" || (invitation !== undefined && (await invitations.take(invitation, id)));
  if (!isInvited) return undefined;
  const { displayName, email, groups } = person;
  return accounts.create(key, person.username, { displayName, email, groups }, { plain: plainUsernames, now: clock() });
}

/** Why a provider was quoted with so much at the most. Characters. */
const longestReason = 200;

async function noteRefusal(
  c: RequestContext,
  { audit, log }: Pick<SignInDependencies, "audit" | "log">,
  provider: string,
  reason: string,
  user: string | undefined,
): Promise<void> {
  const detail = { provider, reason: legibleText(reason.slice(0, longestReason)) };
  log.debug({ request_id: c.get("requestId"), ...detail }, "no login with a provider");
  await audit.record({ action: "login", outcome: "failure", user, ...sourceOf(c), detail });
}

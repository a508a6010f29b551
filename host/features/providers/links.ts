// Somebody with an account links a provider to it, and logs in with that from then on. Nobody is linked by what they are called: it takes a
// fresh login here, a fresh login there, and both in one browser. An account that a provider made is that provider's alone: by another one
// its user would come in after they were removed there.
import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Audit } from "../../audit/audit.ts";
import type { AccountPart } from "../../http/account-part.ts";
import { readForm } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Confirmations } from "../../http/confirmation.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { refuse } from "../../http/problems.ts";
import { recordAction } from "../../http/record-action.ts";
import { siteOf } from "../../http/site.ts";
import type { ProviderAccountStore } from "../../identity/provider-accounts/store.ts";
import type { VisitorNetworks } from "../../identity/regulation/network.ts";
import type { Clock } from "../../kit/clock.ts";
import { holdSession } from "../../session/hold.ts";
import { sourceOfSession } from "../../session/login-source.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { canProveTwo, isOldLogin, obstacleFor, readPerson } from "./claims.ts";
import type { ConfiguredProvider, ProviderLogins } from "./logins.ts";
import { providerSection } from "./pages/account-section.ts";
import { onwardPage } from "./pages/onward.ts";
import type { Problem } from "./pages/problem.ts";
import { type AttemptSecrets, ProviderError } from "./provider.ts";
import { refusedBy } from "./refused.ts";
import { redirectUri } from "./registered-addresses.ts";
import { providerTexts } from "./texts/index.ts";

export interface LinkDependencies {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  readonly accountStore: ProviderAccountStore;
  readonly logins: Pick<ProviderLogins, "logOut">;
  readonly attempts: Attempts;
  readonly visitors: VisitorNetworks;
  readonly browserSessions: Pick<BrowserSessions, "current">;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
}

export interface ProviderLinks extends Feature {
  readonly account: AccountPart;
}

export function providerLinks(dependencies: LinkDependencies, confirmations: Confirmations): ProviderLinks {
  const { providers, accountStore, logins, attempts, visitors, clock } = dependencies;
  const app = new Hono<Environment>();

  app.post("/link", async (c) => {
    const found = providers.get((await readForm(c)).get("provider") ?? "");
    if (!found) throw refuse(404, "There is no such provider.");
    const live = await confirmations.ask(c, { next: "/account", method: "GET" });
    if (live instanceof Response) return live;
    if (await accountStore.account(live.user.name)) throw refuse(403, "This account is its provider's alone.");
    const { id: provider, name } = found.config;
    const about = { provider, rm: "GET", next: "/account", confirms: true, linkTo: live.session.sid };
    const secrets = attempts.begin(c, about);
    const network = visitors.holderOf(c.get("forwarded").address);
    const address = await found.provider
      .authorize({ ...secrets, redirectUri: redirectUri(c, found.config), fresh: true, secondFactor: false, network })
      .catch((error) => {
        if (!(error instanceof ProviderError)) throw error;
        throw refuse(503, "The provider cannot be reached just now.");
      });
    const site = siteOf(c, "/account");
    return c.html(onwardPage({ site, text: providerTexts(site.language).onward.logIn(name), address }));
  });

  app.post("/unlink", async (c) => {
    const [provider = "", ...subject] = ((await readForm(c)).get("link") ?? "").split(" ");
    const live = await confirmations.ask(c, { next: "/account", method: "GET" });
    if (live instanceof Response) return live;
    const { user } = live;
    const link = (await accountStore.identitiesOf(user.name)).find(
      (one) => one.provider === provider && one.subject === subject.join(" "),
    );
    if (!link || !(await accountStore.unlink(link, user.name))) return c.redirect("/account", 303);
    // Long ago: it ends the logins that there are, and none that come.
    const ended = { at: 0, forgetAt: clock() + 60 };
    const logout = {
      provider,
      jti: randomUUID(),
      providerSid: null,
      subject: link.subject,
      ...ended,
    };
    await logins.logOut(logout, "provider unlinked");
    await recordAction(c, dependencies, user, { action: "provider removal", detail: { provider }, tellUser: true });
    return c.redirect("/account", 303);
  });

  return {
    routes: [{ path: "/account/providers", app }],
    account: {
      async section(c, { user, session }) {
        if (providers.size === 0) return undefined;
        const identities = await accountStore.identitiesOf(user.name);
        const own = (await accountStore.account(user.name))?.provider;
        const linked = new Set(identities.map(({ provider }) => provider));
        return providerSection({
          language: c.get("language"),
          now: clock(),
          links: identities.map(({ provider, issuer, subject, createdAt }) => {
            const config = providers.get(provider)?.config;
            return {
              ...{ provider, subject, createdAt, name: config?.name ?? provider },
              current: sourceOfSession(session) === provider,
              removable: provider !== own,
              tellsTime: !config || config.anew.max_age !== undefined,
              raises: session.level === 1 && config?.issuer === issuer && canProveTwo(config),
            };
          }),
          others: [...(own === undefined ? providers.values() : [])].flatMap(({ config: { id, name } }) =>
            linked.has(id) ? [] : [{ id, name }],
          ),
        });
      },
    },
  };
}

/** Links whoever has logged in at the provider to the session that it was begun in. Returns why not, or undefined when it is done. */
export async function link(
  c: RequestContext,
  {
    accountStore,
    browserSessions,
    audit,
    clock,
  }: Pick<LinkDependencies, "accountStore" | "browserSessions" | "audit" | "clock">,
  { config, provider }: ConfiguredProvider,
  { attempt, secrets }: { readonly attempt: Attempt; readonly secrets: AttemptSecrets },
  answer: URL,
): Promise<Problem | undefined> {
  const live = await browserSessions.current(c);
  if (!live || live.session.sid !== attempt.linkTo) return "expired";
  try {
    const grant = await provider.redeem(answer, secrets);
    const { claims } = grant;
    if (isOldLogin(grant, config, attempt.at)) return "stale";
    if (obstacleFor(claims, config) !== undefined) return "forbidden";
    const { subject } = readPerson(claims, config);
    const key = { provider: config.id, issuer: config.issuer, subject };
    const { user } = live;
    if (await accountStore.account(user.name)) return "forbidden";
    if (!(await accountStore.link(key, user.name, clock(), (queries) => holdSession(queries, live.session.sid)))) {
      const known = await accountStore.identity(key);
      if (!known) return "expired";
      return known.username === user.name ? undefined : "linked";
    }
    const detail = { provider: config.id };
    await recordAction(c, { audit }, user, { action: "provider setup", detail, tellUser: true });
    return undefined;
  } catch (error) {
    return refusedBy(error).problem;
  }
}

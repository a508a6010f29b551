// Signing in with identity providers: OpenID Connect, and GitHub's OAuth.
import { Hono } from "hono";
import type { Language } from "../../../portal/languages/language.ts";
import { legibleText } from "../../../portal/pages/legible.ts";
import type { Audit } from "../../audit/audit.ts";
import type { AuditRecord } from "../../audit/store.ts";
import type { LoginAlternative, SkipLoginPage } from "../../http/ask-login.ts";
import type { Confirmations } from "../../http/confirmation.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { readIcon } from "../../http/image.ts";
import { mountAsset, pictureAsset, shownPicture } from "../../http/picture-asset.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import type { Target } from "../../http/target.ts";
import type { Profiles } from "../../identity/profiles.ts";
import { ProviderAccounts } from "../../identity/provider-accounts/accounts.ts";
import { ProviderAccountStore } from "../../identity/provider-accounts/store.ts";
import type { Clock } from "../../kit/clock.ts";
import type { KeyEncryption } from "../../kit/encryption/key-encryption.ts";
import type { Logger } from "../../kit/log.ts";
import type { Database } from "../../kit/sql/queries.ts";
import { WorkQueue } from "../../kit/work-queue.ts";
import type { Notice } from "../../notify/notice.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { Attempts } from "./attempts.ts";
import { canProveTwo } from "./claims.ts";
import type { ProviderConfig } from "./config.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { Invitations } from "./invitations.ts";
import { type ProviderLinks, providerLinks } from "./links.ts";
import { hasLoggedOut, noteLogOut } from "./logged-out.ts";
import { type ConfiguredProvider, ProviderLogins } from "./logins.ts";
import { backChannelRoutes, frontChannelRoutes } from "./logout-routes.ts";
import { onwardPage } from "./pages/onward.ts";
import { providerButton, type ShownProvider, secondFactorAddress, startAddress } from "./pages/provider-button.ts";
import { type Provider, ProviderError } from "./provider.ts";
import { loggedOutUri } from "./registered-addresses.ts";
import { logOutPurpose, providerRoutes, type RouteDependencies } from "./routes.ts";
import { ProviderLoginStore } from "./store.ts";
import { providerTexts } from "./texts/index.ts";

/** Codes of one provider that are redeemed at a time, and that wait for it: in all, and of one network. */
const redeemedAtOnce = 32;
const redemptionsWaiting = 1024;
const redemptionsOfNetwork = 512;

/** What sessions rest on, whose owners come from providers. */
export interface OpenProviders {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  readonly accounts: ProviderAccounts;
  readonly accountStore: ProviderAccountStore;
  readonly loginStore: ProviderLoginStore;
  readonly logins: ProviderLogins;
}

export async function openProviders(
  configs: readonly ProviderConfig[],
  parts: {
    readonly primary: Profiles;
    readonly factorTables: readonly string[];
    readonly database: Database;
    readonly encryption: KeyEncryption;
    readonly outageGrace: number;
    readonly endLogins: (logins: readonly string[]) => Promise<number>;
    readonly audit: Pick<Audit, "record">;
    readonly clock: Clock;
    readonly log: Logger;
  },
): Promise<OpenProviders> {
  const { primary, factorTables, database, encryption, outageGrace, endLogins, audit, clock, log } = parts;
  const providers = new Map<string, ConfiguredProvider>();
  for (const config of configs)
    providers.set(config.id, {
      ...{ config, provider: await providerOf(config) },
      redemptions: new WorkQueue(redeemedAtOnce, redemptionsWaiting, redemptionsOfNetwork),
    });
  const accountStore = new ProviderAccountStore(database);
  const loginStore = new ProviderLoginStore(database);
  return {
    ...{ providers, accountStore, loginStore },
    accounts: new ProviderAccounts({
      ...{ store: accountStore, primary, providers: new Set(providers.keys()), factorTables, log },
    }),
    logins: new ProviderLogins({
      ...{ store: loginStore, accounts: accountStore, encryption, providers },
      ...{ outageGrace, endLogins, audit, clock, log },
    }),
  };
}

/** What speaks with providers is loaded with the first of them: a host that has none goes without its memory. */
async function providerOf(config: ProviderConfig): Promise<Provider> {
  const fetch = guardedFetch(config);
  if (config.preset === "github") {
    const { GitHub } = await import("./github.ts");
    return new GitHub(config, fetch);
  }
  const { OpenIdProvider } = await import("./openid-provider.ts");
  return new OpenIdProvider(config, fetch);
}

export interface Dependencies extends OpenProviders, Omit<RouteDependencies, "attempts" | "invitations"> {
  readonly hashKey: Uint8Array;
  /** Whether there is another source of users, whose passwords are asked for on the login page. */
  readonly hasPasswords: boolean;
}

export interface ProvidersFeature extends Feature {
  readonly alternatives: (c: RequestContext, returnTo: ReturnTo) => readonly LoginAlternative[];
  readonly skipLoginPage: SkipLoginPage;
  /** What the account page has of providers; it changes something after these confirmations alone. */
  readonly links: (confirmations: Confirmations) => ProviderLinks;
  /** Where the owner of a session can show two factors: at the providers that know them and are believed about it. */
  readonly secondFactors: (
    c: RequestContext,
    live: LiveSession,
    returnTo: ReturnTo,
  ) => Promise<readonly { readonly label: string; readonly address: string }[]>;
  /** Where the owner of an account logs in that a provider has made; undefined: no provider has. */
  readonly providerOf: (username: string, returnTo: ReturnTo) => Promise<string | undefined>;
  /** The e-mail to somebody whose account a provider was linked to, or unlinked from. */
  readonly noticeOf: (record: Pick<AuditRecord, "action" | "detail">, language: Language) => Notice | undefined;
  /** As LogOutDependencies of the login has it. */
  readonly loggedOut: (
    c: RequestContext,
    sessions: readonly LiveSession[],
    onward?: { readonly target: Target | undefined },
  ) => Promise<Response | undefined>;
}

/** Throws HostError "assets" when a logo cannot be read. */
export function signInWithProviders(dependencies: Dependencies): ProvidersFeature {
  const { providers, accountStore, logins, loginStore, hasPasswords, clock, log } = dependencies;
  const attempts = new Attempts(dependencies.hashKey, clock);
  const invitations = new Invitations(loginStore, clock);
  const pictures = new Hono<Environment>();
  const shown = [...providers.values()].map(({ config: { id, name, logo } }): ShownProvider => {
    if (logo === null) return { id, name };
    const picture = pictureAsset("provider", () => readIcon(logo));
    mountAsset(pictures, picture);
    return { id, name, logo: shownPicture(picture) };
  });
  const [only, ...others] = shown;

  /** The page that takes a visitor on to log out of the provider as well; undefined where that is not wanted, or not possible. */
  const logOutThere = async (c: RequestContext, login: string, target: Target | undefined) => {
    const found = await logins.idTokenOf(login);
    if (!found?.config.logout) return undefined;
    const { config, provider, idToken } = found;
    try {
      const state = attempts.seal(target?.url ?? "", logOutPurpose);
      const address = await provider.logoutAddress(idToken, loggedOutUri(c, config), state);
      if (address === undefined) return undefined;
      const site = siteOf(c, "/");
      return c.html(onwardPage({ site, text: providerTexts(site.language).onward.logOut(config.name), address }));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      log.warn({ provider: config.id, reason: error.message }, "a log-out at the provider is not possible");
      return undefined;
    }
  };
  return {
    routes: [
      { path: "/", app: pictures },
      { path: "/login/provider", app: providerRoutes({ ...dependencies, attempts, invitations }) },
      { path: "/login/provider", app: frontChannelRoutes(dependencies) },
    ],
    machineRoutes: [{ path: "/login/provider", app: backChannelRoutes(dependencies) }],
    alternatives: (c, returnTo) =>
      shown.map((one, index) => ({
        control: providerButton(siteOf(c), one, returnTo, hasPasswords || index > 0 ? "secondary" : "primary"),
      })),
    skipLoginPage(c, returnTo) {
      const isOnlyWay = only !== undefined && others.length === 0 && !hasPasswords;
      if (!isOnlyWay || hasLoggedOut(c) || c.req.query("choose") !== undefined) return undefined;
      const site = siteOf(c);
      const text = providerTexts(site.language).onward.logIn(only.name);
      return c.html(onwardPage({ site, text, address: startAddress(only.id, returnTo) }));
    },
    links: (confirmations) => providerLinks({ ...dependencies, attempts }, confirmations),
    async secondFactors(c, { user }, returnTo) {
      if (providers.size === 0) return [];
      const { confirmAt } = providerTexts(c.get("language"));
      return (await accountStore.identitiesOf(user.name)).flatMap(({ provider, issuer }) => {
        const config = providers.get(provider)?.config;
        if (!config || config.issuer !== issuer || !canProveTwo(config)) return [];
        return [{ label: confirmAt(legibleText(config.name)), address: secondFactorAddress(config.id, returnTo) }];
      });
    },
    async providerOf(username, returnTo) {
      const account = providers.size > 0 ? await accountStore.account(username) : undefined;
      return account && startAddress(account.provider, returnTo);
    },
    noticeOf({ action, detail }, language) {
      const { linked, unlinked } = providerTexts(language).notices;
      const texts = action === "provider setup" ? linked : action === "provider removal" ? unlinked : undefined;
      const id = String(detail.provider);
      const name = legibleText(providers.get(id)?.config.name ?? id);
      return texts && { title: texts.title(name), text: texts.text(name) };
    },
    async loggedOut(c, sessions, onward) {
      if (providers.size === 0) return undefined;
      noteLogOut(c);
      let page: Response | undefined;
      for (const { session } of sessions) {
        if (!session.login) continue;
        // A program that is shown no page does not wait for whether the provider answers.
        if (onward) page ??= await logOutThere(c, session.login, onward.target);
        await logins.end(session.login);
      }
      return page;
    },
    removeExpired: (now) => loginStore.removeExpired(now),
    stop: () => logins.stop(),
  };
}

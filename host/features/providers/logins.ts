// Sessions follow the provider that they were opened with. A login there goes on until the provider says otherwise: by a logout token, or
// when it refuses the refresh token with which a renewal asks from time to time. What it then says of the user is in force with that lease.
import type { Audit } from "../../audit/audit.ts";
import type { ProviderAccountStore } from "../../identity/provider-accounts/store.ts";
import type { Clock } from "../../kit/clock.ts";
import type { KeyEncryption } from "../../kit/encryption/key-encryption.ts";
import { sealings } from "../../kit/encryption/sealed-columns.ts";
import { LatestMap } from "../../kit/latest-map.ts";
import type { Logger } from "../../kit/log.ts";
import type { WorkQueue } from "../../kit/work-queue.ts";
import { obstacleFor, readPerson } from "./claims.ts";
import type { ProviderConfig } from "./config.ts";
import { type Grant, type Provider, ProviderError, ProviderRefusal, ProviderUnavailable } from "./provider.ts";
import type { ProviderLogin, ProviderLoginStore, ProviderLogout } from "./store.ts";

/** How long a renewal waits for the provider; what comes later counts for the next one. Milliseconds. */
const patience = 1_000;
/** How soon after a failure a provider is asked again, about whomever; nobody waits for it meanwhile. Seconds. */
const pause = 2;
/** How soon a login is asked about again that the provider gave no answer about. Seconds. */
const longestRetry = 30;
/** Logins of which it is remembered when they are due. */
const remembered = 50_000;

export interface ConfiguredProvider {
  readonly config: ProviderConfig;
  readonly provider: Provider;
  /** In which codes are redeemed, so that worthless ones count before more of them are looked at. */
  readonly redemptions: WorkQueue;
}

interface Dependencies {
  readonly store: ProviderLoginStore;
  readonly accounts: Pick<ProviderAccountStore, "noteProfile">;
  readonly encryption: Pick<KeyEncryption, "seal" | "open">;
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  /** How long a login goes on whose provider gives no answer. Seconds. */
  readonly outageGrace: number;
  /** Ends the sessions that rest on logins; returns how many. */
  readonly endLogins: (logins: readonly string[]) => Promise<number>;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ProviderLogins {
  readonly #dependencies: Dependencies;
  /** When a login is to be asked about, as far as it is known: before that, the database need not be looked at. */
  readonly #dueAt = new LatestMap<string, number>(remembered);
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** Until when nobody waits for a provider. */
  readonly #silentUntil = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Keeps a login that has just been. False when the provider has told of its log-out already, or it is known. */
  async add(
    login: Omit<ProviderLogin, "idToken" | "refreshToken" | "refreshAt" | "silentSince" | "ended">,
    { idToken, refreshToken }: Pick<Grant, "idToken" | "refreshToken">,
  ): Promise<boolean> {
    const { store, providers, clock } = this.#dependencies;
    const { refreshInterval } = providers.get(login.provider)!.config;
    const follows = refreshToken !== undefined && refreshInterval !== null;
    return store.add({
      ...login,
      ...this.#sealed(login.id, { idToken, refreshToken: follows ? refreshToken : undefined }),
      refreshAt: follows ? clock() + refreshInterval : null,
      silentSince: null,
      ended: false,
    });
  }

  /** Whether a login that was added is good still. */
  async isGood(id: string): Promise<boolean> {
    return (await this.#dependencies.store.find(id))?.ended === false;
  }

  /** The ID token of a login, and its provider; undefined when that is not configured any more. */
  async idTokenOf(id: string): Promise<(ConfiguredProvider & { readonly idToken: string | undefined }) | undefined> {
    const { store, providers, encryption } = this.#dependencies;
    const login = await store.find(id);
    const configured = login && providers.get(login.provider);
    if (!configured || configured.config.issuer !== login.issuer) return undefined;
    const idToken =
      login.idToken && Buffer.from(encryption.open(login.idToken, sealings.providerIdToken(id))).toString();
    return { ...configured, idToken: idToken ?? undefined };
  }

  /** Whether a login goes on that a session rests on. Asks the provider when that is due, and waits for it for a moment only. */
  async goesOn(id: string): Promise<boolean> {
    const { store, providers, clock } = this.#dependencies;
    const now = clock();
    if (now < (this.#dueAt.get(id) ?? 0)) return true;
    const login = await store.find(id);
    // Another issuer under the same id is another provider: it is not told the tokens of the one before, and has no say about its logins.
    if (!login || login.ended || providers.get(login.provider)?.config.issuer !== login.issuer) return false;
    if (login.refreshAt === null || now < login.refreshAt) {
      this.#dueAt.set(id, login.refreshAt ?? now + longestRetry);
      return true;
    }
    const confirming = this.#underWay.get(id) ?? this.#begin(login);
    if (this.#isSilent(login.provider)) return true;
    return this.#inTime(login.provider, confirming);
  }

  /** Notes the end of a login whose session has ended. */
  async end(id: string): Promise<void> {
    this.#dueAt.delete(id);
    await this.#dependencies.store.end(id);
  }

  /** Ends the logins that a provider's log-out is about, and their sessions. False when its token was taken before. */
  async logOut(logout: ProviderLogout, by: string, isProven = true): Promise<boolean> {
    const { store, endLogins, audit } = this.#dependencies;
    const ended = await store.logOut(logout, isProven);
    if (!ended) return false;
    const sessions = await endLogins(ended.map(({ id }) => id));
    for (const user of new Set(ended.map(({ username }) => username))) {
      const detail = { reason: by, provider: logout.provider, sessions };
      await audit.record({ action: "session end", by: "host", user, detail });
    }
    return true;
  }

  /** Settles when no provider is being asked any more. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  #begin(login: ProviderLogin): Promise<boolean> {
    const { log } = this.#dependencies;
    const confirming = this.#confirm(login).finally(() => this.#underWay.delete(login.id));
    this.#underWay.set(login.id, confirming);
    // Whoever does not wait for it any more hears of it in the log.
    confirming.catch((error) =>
      log.error({ err: error, provider: login.provider }, "cannot note what the provider says"),
    );
    return confirming;
  }

  /** What the provider says, or that the login goes on when it says nothing for a moment. */
  async #inTime(provider: string, confirming: Promise<boolean>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        this.#silentUntil.set(provider, this.#dependencies.clock() + pause);
        resolve(true);
      }, patience);
    });
    try {
      return await Promise.race([confirming, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #confirm(login: ProviderLogin): Promise<boolean> {
    const { store, accounts, providers, encryption, clock } = this.#dependencies;
    const { id, provider: name, subject } = login;
    const { config, provider } = providers.get(name)!;
    const now = clock();
    const next = now + config.refreshInterval!;
    // Another host, or another renewal, asks already.
    if (!(await store.takeTurn(id, now, next))) return this.isGood(id);
    this.#dueAt.set(id, next);
    try {
      if (this.#isSilent(name)) throw new ProviderUnavailable("the provider did not answer just now");
      const refreshToken = Buffer.from(
        encryption.open(login.refreshToken!, sealings.providerRefreshToken(id)),
      ).toString();
      const grant = await provider.refresh(refreshToken, subject);
      const sealed = this.#sealed(id, grant);
      await store.noteRefresh(id, sealed.refreshToken!, sealed.idToken);
      const obstacle = obstacleFor(grant.claims, config);
      if (obstacle !== undefined) return this.#end(login, obstacle);
      await accounts.noteProfile(login.username, name, readPerson(grant.claims, config));
      return true;
    } catch (error) {
      if (error instanceof ProviderRefusal && error.kind !== "setup")
        return this.#end(login, `the provider refused: ${error.message}`);
      if (!(error instanceof ProviderError)) throw error;
      return this.#noteSilence(login, config, error.message);
    }
  }

  async #noteSilence(login: ProviderLogin, { refreshInterval }: ProviderConfig, reason: string): Promise<boolean> {
    const { store, outageGrace, clock, log } = this.#dependencies;
    const { id, provider } = login;
    if (!this.#isSilent(provider))
      log.warn({ provider, reason }, "the provider gives no answer about a login; it goes on meanwhile");
    const now = clock();
    this.#silentUntil.set(provider, now + pause);
    const next = now + Math.min(refreshInterval!, longestRetry);
    const since = await store.noteSilence(id, now, next);
    if (now - since >= outageGrace) return this.#end(login, "the provider gave no answer for too long");
    this.#dueAt.set(id, next);
    return true;
  }

  async #end({ id, provider, username }: ProviderLogin, reason: string): Promise<false> {
    const { store, endLogins, audit } = this.#dependencies;
    await store.end(id);
    this.#dueAt.delete(id);
    const sessions = await endLogins([id]);
    const detail = { reason: reason.slice(0, 200), provider, sessions };
    await audit.record({ action: "session end", by: "host", user: username, detail });
    return false;
  }

  #sealed(
    id: string,
    { idToken, refreshToken }: { readonly idToken?: string | undefined; readonly refreshToken?: string | undefined },
  ) {
    const { encryption } = this.#dependencies;
    return {
      idToken: idToken === undefined ? null : encryption.seal(Buffer.from(idToken), sealings.providerIdToken(id)),
      refreshToken:
        refreshToken === undefined
          ? null
          : encryption.seal(Buffer.from(refreshToken), sealings.providerRefreshToken(id)),
    };
  }

  #isSilent(provider: string): boolean {
    return this.#dependencies.clock() < (this.#silentUntil.get(provider) ?? 0);
  }
}

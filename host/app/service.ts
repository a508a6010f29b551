// The host as a whole: its parts put together from a configuration, started and stopped.

import { Audit } from "../audit/audit.ts";
import { recordBan } from "../audit/ban.ts";
import { recordConfigChange } from "../audit/config-change.ts";
import { AuditStore } from "../audit/store.ts";
import { account } from "../features/account/index.ts";
import { branding } from "../features/branding/index.ts";
import { elevation } from "../features/elevation/index.ts";
import { ElevationStore } from "../features/elevation/store.ts";
import { health } from "../features/health/index.ts";
import { language } from "../features/language/index.ts";
import { LanguageStore } from "../features/language/store.ts";
import { loginFormOf, loginPrompt } from "../features/login/ask-login.ts";
import { login } from "../features/login/index.ts";
import { passwordLogin } from "../features/login/log-in.ts";
import { loginByProof } from "../features/login/log-in-by-proof.ts";
import { metricsPage } from "../features/metrics/index.ts";
import { Metrics } from "../features/metrics/metrics.ts";
import { passwordChange } from "../features/password-change/index.ts";
import { passwordReset } from "../features/password-reset/index.ts";
import { PasswordResetStore } from "../features/password-reset/store.ts";
import type { FactorModules } from "../features/second-factor/factor.ts";
import { FactorSessions } from "../features/second-factor/factor-sessions.ts";
import { factors } from "../features/second-factor/factors.ts";
import { openSecondFactors, secondFactor as secondFactorFeature } from "../features/second-factor/index.ts";
import { securityNotices } from "../features/security-notices/index.ts";
import { basicLogin } from "../gates/edge/basic-login.ts";
import { bundleContent } from "../gates/edge/bundle.ts";
import { BundleVersions } from "../gates/edge/bundle-versions.ts";
import { EdgeTokenStore } from "../gates/edge/edge-token-store.ts";
import { edge } from "../gates/edge/index.ts";
import { BundlePublisher } from "../gates/edge/publisher.ts";
import { forwardAuth } from "../gates/forward-auth/forward-auth.ts";
import { jwks } from "../gates/jwks.ts";
import { BrowserSessions } from "../http/browser-sessions.ts";
import { TrustedProxies } from "../http/client-address.ts";
import type { Feature } from "../http/feature.ts";
import { NewPasswords } from "../http/new-passwords.ts";
import { sessionOpener } from "../http/open-session.ts";
import { operatorCheck } from "../http/operator-check.ts";
import { HttpServer } from "../http/server.ts";
import { openUsers } from "../identity/open-users.ts";
import { passwordPolicyOf } from "../identity/password-policy/open.ts";
import { regulateCodes } from "../identity/regulation/codes.ts";
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { regulatePasswords } from "../identity/regulation/passwords.ts";
import { placeMemory, Regulation } from "../identity/regulation/regulation.ts";
import { RegulationStore } from "../identity/regulation/store.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { passwordWorkQueue } from "../identity/users-file.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../kit/encryption/store.ts";
import { HostError } from "../kit/errors.ts";
import type { Logger } from "../kit/log.ts";
import { openDatabase } from "../kit/sql/open.ts";
import { openNotifier } from "../notify/open-notifier.ts";
import { OutboxStore } from "../notify/outbox-store.ts";
import { longestWindow } from "../notify/purposes.ts";
import { BasicLogins } from "../session/basic-logins.ts";
import { KeyStore } from "../session/key-store.ts";
import { Keyring } from "../session/keyring.ts";
import { keyRetention } from "../session/lease.ts";
import { beatInterval, makeUpForOutage } from "../session/outage.ts";
import { OutageStore } from "../session/outage-store.ts";
import { Sessions } from "../session/sessions.ts";
import { SessionStore } from "../session/store.ts";
import { createApp } from "./app.ts";
import type { LoadedConfig } from "./config/load.ts";
import { FollowedConfig } from "./reload/followed-config.ts";
import { FollowedUsers } from "./reload/followed-users.ts";
import { LivePolicy } from "./reload/live-policy.ts";

/** How often what has expired is removed and the age of the bundle looked at. Milliseconds. */
const upkeepInterval = 60_000;

export interface Service {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** What its router knows, each `METHOD /path` with parameters as in `:id`. */
  readonly routes: readonly string[];
  /** Settles with what keeps the host from going on; it must be stopped then. */
  readonly failed: Promise<HostError>;
  /** Answers what waits, closes the database, and settles when all is done. */
  stop(): Promise<void>;
}

/** Starts the host with these second factors. Throws HostError when something that the operator has to put right keeps it from starting. */
export async function startService(
  loaded: LoadedConfig,
  log: Logger,
  clock: Clock = systemClock,
  secondFactorModules: FactorModules = factors,
): Promise<Service> {
  const { config } = loaded;
  const policy = new LivePolicy(loaded.policy);
  const look = branding(config.portal);
  const passwordWork = passwordWorkQueue();
  const backend = config.authenticationBackend;
  const { profiles, passwords, usersFile, close: closeUsers } = openUsers(backend, clock, log, passwordWork);
  const database = await openDatabase(config.storage);
  try {
    const sessionStore = new SessionStore(database);
    const keyStore = new KeyStore(database);
    const outages = new OutageStore(database);
    const trail = new AuditStore(database);
    const languages = new LanguageStore(database);
    const outbox = new OutboxStore(database);
    const bundleVersions = new BundleVersions(database);
    const encryption = await KeyEncryption.open(new EncryptionStore(database), config.storage.encryptionKey);
    usersFile?.keepDecoys(encryption.hashKey("decoys"));
    const keyring = await Keyring.open(keyStore, encryption, clock);
    await makeUpForOutage(outages, config.session, clock);
    const publisher = await BundlePublisher.open(
      {
        content: async () =>
          bundleContent(config.session, policy.section, keyring, await sessionStore.revocations(clock())),
        version: (contentHash) => bundleVersions.of(contentHash),
        root: () => keyring.root,
      },
      clock,
    );
    const publish = () => publisher.publish();
    const sessions = new Sessions(config.session, { store: sessionStore, keyring, profiles, clock, publish });
    const audit = new Audit(trail, clock, log);
    for (const user of await sessions.endOrphans())
      await audit.record({ action: "session end", by: "host", user, detail: { reason: "user disabled or gone" } });
    const visitors = new VisitorNetworks(config.server.trustedProxies);
    const regulationStore = new RegulationStore(database);
    const regulation = new Regulation(config.regulation, {
      store: regulationStore,
      subjects: new Subjects(encryption.hashKey("regulation")),
      visitors,
      clock,
      banned: (ban, source) => recordBan(audit, ban, source),
    });
    const secondFactors = await openSecondFactors(secondFactorModules, config, { database, encryption, clock });
    const notifier = openNotifier(config.notifier, { store: outbox, encryption, audit, clock, log });
    const newPasswords = new NewPasswords({ policy: passwordPolicyOf(config), passwords, log });
    const reset = await passwordReset({
      ...{ profiles, newPasswords, sessions, regulation, visitors, notifier, audit, clock, log },
      config: config.passwordReset,
      store: new PasswordResetStore(database),
      notBefore: sessionStore,
      hashKey: encryption.hashKey("password reset"),
    });
    const { inactivity } = config.session;
    const metrics = new Metrics({
      sessionStore,
      outbox,
      regulation: regulationStore,
      publisher,
      passwordWork,
      clock,
      inactivity,
    });

    const browserSessions = new BrowserSessions({ name: config.session.name, sessions, keyring });
    const openSession = sessionOpener({ sessions, browserSessions, audit, languages, log });
    const forgotten = reset.address;
    const loginForm = loginFormOf({
      rememberMe: config.session.rememberMe !== null,
      alternatives: (site) => secondFactors.loginAlternatives(site),
      forgotten,
    });
    const askLogin = loginPrompt(loginForm);
    const elevated = elevation({
      ...{ notifier, secondFactors, sessions, browserSessions, askLogin, audit, clock },
      config: config.elevation,
      store: new ElevationStore(database),
      hashKey: encryption.hashKey("one-time codes"),
      regulate: regulateCodes(regulation, "one-time code"),
    });
    const { confirmations } = elevated;
    const secondFactor = secondFactorFeature({
      ...{ secondFactors, browserSessions, confirmations, audit, askLogin, clock },
      factorSessions: new FactorSessions({
        ...{ secondFactors, sessions, browserSessions, audit },
        regulate: regulateCodes(regulation, "second factor"),
      }),
      logInByProof: loginByProof({ sessions, profiles, regulation, openSession, audit, metrics, policy, clock }),
    });
    const checkPassword = regulatePasswords(regulation, passwords);
    const change = passwordChange({
      ...{ newPasswords, secondFactors, sessions, browserSessions, forgotten, audit, clock, log },
      enabled: config.passwordChange.enabled,
      policy: config.passwordPolicy,
      checkPassword,
    });
    const basicLogins = new BasicLogins({ store: sessionStore, keyring, clock });
    const logInBasic = basicLogin({ basicLogins, regulation, checkPassword, audit, metrics, log });
    const gates = {
      ...{ cookieDomains: config.session.cookies, sessions, publisher, logInBasic, clock, log },
    };

    const settings = loaded.settings.filter(({ secret }) => !secret);
    const noteConfig = () => recordConfigChange(audit, trail, { settings, policy: policy.section });
    const followed = {
      config: new FollowedConfig(loaded, {
        policy,
        publish: async () => {
          await publish();
          await noteConfig();
        },
        log,
      }),
      ...(usersFile && { users: new FollowedUsers(usersFile, { sessions, audit, log }) }),
    };

    const isOperator = operatorCheck(config.metrics.token, config.session.cookies);
    const features: readonly Feature[] = [
      health({ sessionStore, followed, isOperator }),
      metricsPage({ config: config.metrics, metrics, isOperator }),
      jwks(keyring, keyRetention(config.session)),
      edge({
        ...gates,
        edgeTokens: new EdgeTokenStore(database),
        countRequest: (route, status) => metrics.countEdgeRequest(route, status),
      }),
      look,
      language(),
      login({
        ...{ loginForm, sessions, browserSessions, policy, audit, clock },
        applications: look.applications,
        logIn: passwordLogin({ sessions, regulation, checkPassword, openSession, audit, metrics, log }),
        askSecondFactor: secondFactor.ask,
      }),
      secondFactor,
      elevated,
      change,
      reset,
      account([change.account, secondFactor.account], { sessions, browserSessions, askLogin, audit, clock }),
      ...(notifier
        ? [
            securityNotices({
              ...{ languages, notifier, profiles, audit, clock, log },
              notices: trail,
              cookieDomains: config.session.cookies,
              noticeOf: (record, language) => secondFactors.noticeOf(record, language),
            }),
          ]
        : []),
    ];
    const proxies = new TrustedProxies(config.server.trustedProxies);
    const { appearance } = look;
    const app = createApp({ features, appearance, proxies, cookieDomains: config.session.cookies, log });
    const server = new HttpServer(app.fetch, {
      direct: forwardAuth({ ...gates, policy, proxies }),
      tls: config.server.tls ? { files: config.server.tls, log } : undefined,
    });
    const url = await server.listen(config.server.address);
    // With a port that is taken, it would not be this host that runs with it.
    await noteConfig();
    notifier?.start();
    for (const feature of features) feature.start?.();

    const removeExpired = async (now: number) => {
      await sessionStore.removeExpired(now);
      await keyStore.removeRetired(now - keyRetention(config.session));
      await regulationStore.removeExpired(now, now - placeMemory);
      await trail.removeBefore(now - config.audit.retention);
      await outbox.removeExpired(now - longestWindow);
      for (const feature of features) await feature.removeExpired?.(now);
    };
    const upkeep = async () => {
      basicLogins.removeExpired();
      await audit.putCounts(clock());
      await removeExpired(clock());
    };
    const refresh = async (before: () => Promise<void>) => {
      try {
        await before();
        await publish();
      } catch (error) {
        log.error({ err: error }, "cannot publish the bundle");
      }
    };
    const failed = Promise.withResolvers<HostError>();
    const takeOver = async () => {
      if (await encryption.isInForce()) return keyring.reload();
      failed.resolve(new HostError("encryption_key", "storage.encryption_key was changed while this host was running"));
    };
    const stopWatching = database.watch(() => void refresh(takeOver));
    const timer = setInterval(() => void refresh(upkeep), upkeepInterval);

    const pulse = setInterval(() => {
      outages.beat(clock()).catch((error) => log.error({ err: error }, "cannot note that the host is up"));
    }, beatInterval);
    const stopFollowing = Object.values(followed).map((file) => file.watch());

    const stop = async () => {
      clearInterval(timer);
      clearInterval(pulse);
      stopWatching();
      for (const stopOne of stopFollowing) stopOne();
      const closed = server.close();
      publisher.close();
      await closed;
      for (const feature of features) await feature.stop?.();
      await notifier?.stop();
      await audit.putCounts().catch((error) => log.error({ err: error }, "cannot put down how much was refused"));
      closeUsers();
      await sessions
        .close()
        .catch((error) => log.error({ err: error }, "the last leases, or ends of sessions, could not be noted"));
      await database.close();
    };
    const routes = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
    return { url, routes: [...new Set(routes)], failed: failed.promise, stop };
  } catch (error) {
    closeUsers();
    await database.close();
    throw error;
  }
}

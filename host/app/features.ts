// The features of the host and its gates, a line or some of wiring each: what one is handed here is all that it knows.
import { account } from "../features/account/index.ts";
import { branding } from "../features/branding/index.ts";
import { elevation } from "../features/elevation/index.ts";
import { ElevationStore } from "../features/elevation/store.ts";
import { health } from "../features/health/index.ts";
import { language } from "../features/language/index.ts";
import { loginFormOf, loginPrompt } from "../features/login/ask-login.ts";
import { login } from "../features/login/index.ts";
import { passwordLogin } from "../features/login/log-in.ts";
import { loginByProof } from "../features/login/log-in-by-proof.ts";
import { LostLogins } from "../features/login/lost-login.ts";
import { metricsPage } from "../features/metrics/index.ts";
import { Metrics } from "../features/metrics/metrics.ts";
import { passwordChange } from "../features/password-change/index.ts";
import { passwordReset } from "../features/password-reset/index.ts";
import { PasswordResetStore } from "../features/password-reset/store.ts";
import { signInWithProviders } from "../features/providers/index.ts";
import type { FactorModules } from "../features/second-factor/factor.ts";
import { FactorSessions } from "../features/second-factor/factor-sessions.ts";
import { openSecondFactors, secondFactor } from "../features/second-factor/index.ts";
import { securityNotices } from "../features/security-notices/index.ts";
import { basicHold, basicLogin } from "../gates/edge/basic-login.ts";
import { EdgeTokenStore } from "../gates/edge/edge-token-store.ts";
import { edge } from "../gates/edge/index.ts";
import { type ForwardAuth, forwardAuth } from "../gates/forward-auth/forward-auth.ts";
import { jwks } from "../gates/jwks.ts";
import { BrowserSessions } from "../http/browser-sessions.ts";
import type { Appearance } from "../http/environment.ts";
import type { Feature } from "../http/feature.ts";
import { NewPasswords } from "../http/new-passwords.ts";
import { sessionOpener } from "../http/open-session.ts";
import { operatorCheck } from "../http/operator-check.ts";
import type { DirectListener } from "../http/server.ts";
import { passwordPolicyOf } from "../identity/password-policy/open.ts";
import { regulateCodes } from "../identity/regulation/codes.ts";
import { regulatePasswords } from "../identity/regulation/passwords.ts";
import { BasicLogins } from "../session/basic-logins.ts";
import { keyRetention } from "../session/lease.ts";
import type { Foundation } from "./foundation.ts";

export interface Features {
  /** In the order in which they are mounted and stopped. */
  readonly all: readonly Feature[];
  readonly appearance: Appearance;
  /** Answers proxies that ask about each request. */
  readonly forwardAuth: ForwardAuth;
  /** Answers gates that wait for news. */
  readonly polls: DirectListener;
}

export async function makeFeatures(foundation: Foundation, factors: FactorModules): Promise<Features> {
  const { config, policy, database, encryption, keyring, sessionStore, sessions, publisher, audit, trail } = foundation;
  const { regulation, visitors, profiles, passwords, passwordCheck, notifier, languages, proxies, clock, log } =
    foundation;
  const hasPasswords =
    config.authenticationBackend.file !== undefined || config.authenticationBackend.ldap !== undefined;
  const cookieDomains = config.session.cookies;

  // What several of them share.
  const browserSessions = new BrowserSessions({ name: config.session.name, sessions, keyring });
  const openSession = sessionOpener({ sessions, browserSessions, audit, languages, log });
  const checkPassword = regulatePasswords(regulation, passwordCheck);
  const newPasswords = new NewPasswords({ policy: passwordPolicyOf(config), passwords, log });
  const isOperator = operatorCheck(config.metrics.token, cookieDomains);
  const metrics = new Metrics({
    ...{ sessionStore, publisher, clock, inactivity: config.session.inactivity },
    ...{ outbox: foundation.outbox, regulation: foundation.regulationStore, passwordWork: foundation.passwordWork },
  });

  const look = branding(config.portal);
  const reset = await passwordReset({
    ...{ profiles, newPasswords, sessions, regulation, visitors, notifier, audit, clock, log },
    config: config.passwordReset,
    store: new PasswordResetStore(database),
    notBefore: sessionStore,
    hashKey: encryption.hashKey("password reset"),
  });
  const { address: forgotten } = reset;

  const secondFactors = await openSecondFactors(factors, config, { database, encryption, clock });
  const providers = signInWithProviders({
    ...foundation.providers,
    ...{
      profiles,
      sessions,
      browserSessions,
      openSession,
      regulation,
      visitors,
      audit,
      metrics,
      policy,
      hasPasswords,
      clock,
      log,
    },
    hashKey: encryption.hashKey("provider logins"),
    longestSession: keyRetention(config.session),
  });
  const loginForm = loginFormOf({
    passwords: hasPasswords,
    rememberMe: config.session.rememberMe !== null,
    alternatives: (c, site, returnTo) => [
      ...providers.alternatives(c, returnTo),
      ...secondFactors.loginAlternatives(site),
    ],
    forgotten,
  });
  const lostLogins = new LostLogins({ browserSessions, hashKey: encryption.hashKey("lost logins"), clock, log });
  const { skipLoginPage, loggedOut } = providers;
  const askLogin = loginPrompt(loginForm, lostLogins, skipLoginPage);
  const elevated = elevation({
    ...{ notifier, secondFactors, sessions, browserSessions, askLogin, audit, clock },
    config: config.elevation,
    store: new ElevationStore(database),
    hashKey: encryption.hashKey("one-time codes"),
    regulate: regulateCodes(regulation, "one-time code"),
  });
  const { confirmations } = elevated;
  const second = secondFactor({
    ...{ secondFactors, browserSessions, confirmations, audit, askLogin, clock },
    elsewhere: providers.secondFactors,
    factorSessions: new FactorSessions({
      ...{ secondFactors, sessions, browserSessions, audit },
      regulate: regulateCodes(regulation, "second factor"),
    }),
    logInByProof: loginByProof({
      ...{ sessions, profiles, regulation, openSession, audit, metrics, policy, lostLogins, clock },
      providerOf: providers.providerOf,
    }),
  });
  const change = passwordChange({
    ...{ newPasswords, checkPassword, secondFactors, sessions, browserSessions, forgotten, audit, clock, log },
    enabled: config.passwordChange.enabled,
    policy: config.passwordPolicy,
    hasPassword: async (username) => !(await foundation.providers.accounts.isOwned(username)),
  });
  const entrance = login({
    ...{
      loginForm,
      lostLogins,
      skipLoginPage,
      loggedOut,
      sessions,
      browserSessions,
      newPasswords,
      policy,
      audit,
      clock,
    },
    applications: look.applications,
    passwordsCanBeChanged: config.passwordChange.enabled,
    logIn: passwordLogin({ sessions, checkPassword, openSession, audit, metrics, log }),
    askSecondFactor: second.ask,
  });
  const links = providers.links(confirmations);
  const own = account([change.account, links.account, second.account], {
    sessions,
    browserSessions,
    askLogin,
    audit,
    clock,
  });
  const notices =
    notifier &&
    securityNotices({
      ...{ languages, notifier, profiles, cookieDomains, audit, clock, log },
      notices: trail,
      noticeOf: (record, language) => providers.noticeOf(record, language) ?? secondFactors.noticeOf(record, language),
    });

  const basicLogins = new BasicLogins({ store: sessionStore, keyring, clock });
  const logInBasic = basicLogin({ basicLogins, regulation, checkPassword, audit, metrics, log });
  const gates = { cookieDomains, sessions, publisher, logInBasic, clock, log };
  const edgeApi = edge({
    ...gates,
    edgeTokens: new EdgeTokenStore(database),
    countRequest: (route, status, times) => metrics.countEdgeRequest(route, status, times),
    countMismatch: (protocol) => metrics.countProtocolMismatch(protocol),
  });

  const forOperators = [
    health({ sessionStore, followed: foundation.followed, isOperator }),
    metricsPage({ config: config.metrics, metrics, isOperator }),
  ];
  const forGates = [
    jwks(keyring, keyRetention(config.session)),
    edgeApi,
    { removeExpired: async () => basicLogins.removeExpired() },
  ];
  const forVisitors = [
    look,
    language(),
    entrance,
    providers,
    links,
    second,
    elevated,
    change,
    reset,
    own,
    ...(notices ? [notices] : []),
  ];
  return {
    all: [...forOperators, ...forGates, ...forVisitors],
    appearance: look.appearance,
    polls: edgeApi.direct,
    forwardAuth: forwardAuth({
      ...{ ...gates, policy, proxies, isHeld: basicHold({ regulation, metrics }), cookieName: config.session.name },
      keys: {
        get latest() {
          return keyring.latest;
        },
        get believed() {
          return keyring.publicKeys(keyRetention(config.session));
        },
      },
    }),
  };
}

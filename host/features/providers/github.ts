// GitHub, which speaks plain OAuth 2.0: it issues no ID token, so its API is asked who has come.
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
import * as client from "openid-client";
import type { ProviderConfig } from "./config.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { problemOf } from "./openid-provider.ts";
import {
  type AttemptSecrets,
  type AuthorizationRequest,
  type Claims,
  type Grant,
  type Provider,
  ProviderRefusal,
  ProviderUnavailable,
} from "./provider.ts";
import { Reachability } from "./reachability.ts";

/** Teams or organisations that one page of the API lists, and pages that are read. */
const pageSize = 100;
const mostPages = 20;

export class GitHub implements Provider {
  readonly #config: ProviderConfig;
  readonly #fetch: GuardedFetch;
  readonly #reachability: Reachability;
  readonly #configuration: client.Configuration;
  readonly #api: string;

  constructor(config: ProviderConfig, fetch: GuardedFetch) {
    const { issuer, clientId, authentication, timeout } = config;
    this.#config = config;
    this.#reachability = new Reachability(fetch, timeout);
    this.#fetch = this.#reachability.fetch;
    const { origin } = new URL(issuer);
    // GitHub Enterprise Server has its API below the same host.
    this.#api = origin === "https://github.com" ? "https://api.github.com" : `${origin}/api/v3`;
    this.#configuration = new client.Configuration(
      {
        issuer,
        authorization_endpoint: `${origin}/login/oauth/authorize`,
        token_endpoint: `${origin}/login/oauth/access_token`,
      },
      clientId,
      {},
      client.ClientSecretPost("secret" in authentication ? authentication.secret : ""),
    );
    this.#configuration.timeout = timeout;
    this.#configuration[client.customFetch] = this.#fetch as client.CustomFetch;
  }

  async authorize({ redirectUri, state, verifier, fresh }: AuthorizationRequest): Promise<string> {
    const { issuer, scopes, prompt, anew } = this.#config;
    await this.#reachability.check(this.#api, issuer);
    const url = client.buildAuthorizationUrl(this.#configuration, {
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...((fresh || prompt !== undefined) && anew),
    });
    return url.href;
  }

  async redeem(answer: URL, { verifier, state }: AttemptSecrets): Promise<Grant> {
    try {
      const checks = { pkceCodeVerifier: verifier, expectedState: state };
      const tokens = await client.authorizationCodeGrant(this.#configuration, answer, checks);
      // An access token of an OAuth app does not run out: it shows later whether the person still lets this portal in.
      return { claims: await this.#claims(tokens.access_token), refreshToken: tokens.access_token };
    } catch (error) {
      throw problemOf(error);
    }
  }

  async refresh(accessToken: string, subject: string): Promise<Grant> {
    const claims = await this.#claims(accessToken);
    if (claims.sub !== subject) throw new ProviderRefusal("invalid", "the token is somebody else's");
    return { claims, refreshToken: accessToken };
  }

  async logoutAddress(): Promise<undefined> {
    return undefined;
  }

  async readLogoutToken(): Promise<never> {
    throw new ProviderRefusal("invalid", "GitHub sends no logout tokens");
  }

  async #claims(accessToken: string): Promise<Claims> {
    const user = (await this.#ask("/user", accessToken)) as { id?: unknown } & Claims;
    if (typeof user.id !== "number") throw new ProviderRefusal("invalid", "the API names no user");
    const { scopes } = this.#config;
    const email = scopes.includes("user:email") ? await this.#verifiedEmail(accessToken) : undefined;
    const groups = scopes.includes("read:org") ? await this.#groups(accessToken) : {};
    const { email: shown, ...rest } = user;
    return {
      ...rest,
      ...groups,
      sub: String(user.id),
      ...(email === undefined ? { shown_email: shown } : { email, email_verified: true }),
    };
  }

  /** The address that GitHub has checked; the one that a profile shows is whatever somebody has written there. */
  async #verifiedEmail(accessToken: string): Promise<string | undefined> {
    const all = await this.#list("/user/emails", accessToken);
    const primary = all.find((one) => one.primary === true && one.verified === true);
    return typeof primary?.email === "string" ? primary.email : undefined;
  }

  async #groups(
    accessToken: string,
  ): Promise<{ readonly teams: readonly string[]; readonly organizations: readonly string[] }> {
    const [teams, organizations] = await Promise.all([
      this.#list("/user/teams", accessToken),
      this.#list("/user/orgs", accessToken),
    ]);
    return {
      teams: teams.map(({ slug, organization }) => `${(organization as Claims | undefined)?.login}/${slug}`),
      organizations: organizations.map(({ login }) => String(login)),
    };
  }

  async #list(path: string, accessToken: string): Promise<readonly Claims[]> {
    const all: Claims[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const found = await this.#ask(`${path}?per_page=${pageSize}&page=${page}`, accessToken);
      if (!Array.isArray(found)) throw new ProviderRefusal("invalid", `${path} is no list`);
      all.push(...(found as Claims[]));
      if (found.length < pageSize) return all;
    }
    throw new ProviderRefusal("overage", `${path} has more than ${mostPages * pageSize} entries`);
  }

  async #ask(path: string, accessToken: string): Promise<unknown> {
    const headers = {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${accessToken}`,
      "user-agent": "Zerohop",
      "x-github-api-version": "2022-11-28",
    };
    const answer = await this.#fetch(`${this.#api}${path}`, { headers });
    const isPaced = answer.status === 403 && answer.headers.get("x-ratelimit-remaining") === "0";
    if (answer.status >= 500 || answer.status === 429 || isPaced)
      throw new ProviderUnavailable(`the API answers ${answer.status}`);
    if (answer.status === 401) throw new ProviderRefusal("ended", "the API does not take the access token any more");
    if (answer.status !== 200) throw new ProviderRefusal("setup", `the API answers ${answer.status} to ${path}`);
    return answer.json().catch(() => Promise.reject(new ProviderUnavailable("the API does not answer in JSON")));
  }
}

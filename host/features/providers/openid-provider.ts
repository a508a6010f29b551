// A provider that speaks OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html), by discovery and the code flow with PKCE.
import { createPrivateKey } from "node:crypto";
import * as jose from "jose";
import * as client from "openid-client";
import { QueueFull } from "../../kit/work-queue.ts";
import { isText, valueIn } from "./claims.ts";
import type { ClientAuthentication, ProviderConfig } from "./config.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { Inquiry } from "./inquiry.ts";
import {
  type AttemptSecrets,
  type AuthorizationRequest,
  type Claims,
  type Grant,
  type Provider,
  ProviderError,
  ProviderRefusal,
  ProviderUnavailable,
} from "./provider.ts";
import { PushedRequests } from "./pushed-requests.ts";
import { Reachability } from "./reachability.ts";

/** How long a discovery document is believed. Milliseconds. */
const discoveryLifetime = 3600_000;
/** How soon after a failure the document is asked for again: whoever comes meanwhile does not wait for it. Milliseconds. */
const discoveryPause = 2_000;
/** How old a login at the provider may be that nobody wants to be new: with any such word it says how old it is. Seconds; a year. */
const oldestLogin = 31_536_000;
/** How soon a key that is not in the set has the set read again. Milliseconds. */
const keySetPause = 5_000;

/** Errors by which a provider says that the person, or it about the person, said no (OpenID Connect Core, section 3.1.2.6). */
const denials = new Set([
  "access_denied",
  "login_required",
  "consent_required",
  "interaction_required",
  "account_selection_required",
  // https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html
  "unmet_authentication_requirements",
]);

/** Those that a refresh token has ended by (RFC 6749, section 5.2), as some providers put it also. */
const endings = new Set(["invalid_grant", "login_required", "consent_required", "interaction_required"]);

interface Discovered {
  readonly configuration: client.Configuration;
  readonly keys: ReturnType<typeof jose.createRemoteJWKSet>;
  readonly until: number;
}

export class OpenIdProvider implements Provider {
  readonly #config: ProviderConfig;
  readonly #fetch: GuardedFetch;
  readonly #reachability: Reachability;
  readonly #pushed = new PushedRequests();
  readonly #discovery = new Inquiry<Discovered>(discoveryPause);
  #discovered: Discovered | undefined;

  constructor(config: ProviderConfig, fetch: GuardedFetch) {
    this.#config = config;
    this.#reachability = new Reachability(fetch, config.timeout);
    this.#fetch = this.#reachability.fetch;
  }

  async authorize(request: AuthorizationRequest): Promise<string> {
    const { configuration } = await this.#discover();
    const { redirectUri, state, nonce, verifier, fresh, secondFactor, network } = request;
    const { scopes, parameters, anew, acrValues, prompt, secondFactor: two } = this.#config;
    // As a wish, acr_values changes nothing at many providers for somebody whom they know already: they are asked by the claim that must be
    // there (OpenID Connect Core, section 5.5.1.1), beside which there is no such wish, or for another login.
    const knowsClaims = configuration.serverMetadata().claims_parameter_supported === true;
    const insists = secondFactor && knowsClaims && two.acr.length > 0;
    const wished = secondFactor && two.acr.length > 0 ? two.acr : acrValues;
    const asked = {
      ...parameters,
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      ...{ state, nonce },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...(wished.length > 0 && !insists && { acr_values: wished.join(" ") }),
      ...(prompt !== undefined && { prompt }),
      // Many tell the time of a login with max_age alone (OpenID Connect Core, section 2).
      ...(anew.max_age !== undefined && tellsAuthTime(configuration) && { max_age: String(oldestLogin) }),
      ...(insists && { claims: JSON.stringify({ id_token: { acr: { essential: true, values: two.acr } } }) }),
      ...((fresh || (secondFactor && !insists)) && anew),
    };
    try {
      const pushes = configuration.serverMetadata().pushed_authorization_request_endpoint !== undefined;
      const url = pushes
        ? await this.#push(configuration, asked, network)
        : client.buildAuthorizationUrl(configuration, asked);
      if (url.protocol !== "https:")
        throw new ProviderRefusal("setup", `the authorization endpoint ${url.origin} is no https address`);
      if (!pushes) await this.#answers(configuration, url.origin + url.pathname);
      return url.href;
    } catch (error) {
      throw problemOf(error);
    }
  }

  async redeem(answer: URL, { verifier, nonce, state }: AttemptSecrets): Promise<Grant> {
    const { configuration, keys } = await this.#discover();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        ...{ pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state },
        idTokenExpected: true,
      });
      const claims = await this.#verify(tokens.id_token!, configuration, keys);
      return await this.#grant(configuration, tokens, claims);
    } catch (error) {
      throw problemOf(error);
    }
  }

  async refresh(refreshToken: string, subject: string): Promise<Grant> {
    const { configuration, keys } = await this.#discover();
    try {
      const tokens = await client.refreshTokenGrant(configuration, refreshToken);
      const claims =
        tokens.id_token === undefined ? { sub: subject } : await this.#verify(tokens.id_token, configuration, keys);
      if (claims.sub !== subject) throw new ProviderRefusal("invalid", "the refreshed tokens are somebody else's");
      const grant = await this.#grant(configuration, tokens, claims, tokens.id_token === undefined);
      return { ...grant, refreshToken: tokens.refresh_token ?? refreshToken };
    } catch (error) {
      throw problemOf(error, "ended");
    }
  }

  async logoutAddress(idToken: string | undefined, returnTo: string, state: string): Promise<string | undefined> {
    const { configuration } = await this.#discover();
    const { end_session_endpoint: endpoint } = configuration.serverMetadata();
    if (endpoint === undefined || new URL(endpoint).protocol !== "https:") return undefined;
    await this.#answers(configuration, endpoint);
    const url = client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: returnTo,
      state,
      ...(idToken !== undefined && { id_token_hint: idToken }),
    });
    return url.href;
  }

  async readLogoutToken(token: string): Promise<Claims> {
    const { configuration, keys } = await this.#discover();
    try {
      const { payload, protectedHeader } = await this.#verifySignature(token, configuration, keys);
      const { typ } = protectedHeader;
      // OpenID Connect Back-Channel Logout 1.0, section 2.4: providers from before it was final send no type, or that of any JWT.
      if (typ !== undefined && !["logout+jwt", "application/logout+jwt", "jwt"].includes(typ.toLowerCase()))
        throw new ProviderRefusal("invalid", `a token of type ${typ} is no logout token`);
      return payload;
    } catch (error) {
      throw problemOf(error);
    }
  }

  async #push(
    configuration: client.Configuration,
    asked: Readonly<Record<string, string>>,
    network: string | undefined,
  ): Promise<URL> {
    try {
      return await this.#pushed.send(network, () => client.buildAuthorizationUrlWithPAR(configuration, asked));
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      if (configuration.serverMetadata().require_pushed_authorization_requests === true)
        throw new ProviderUnavailable("too many logins are begun at once", { cause: error });
      return client.buildAuthorizationUrl(configuration, asked);
    }
  }

  /** Throws ProviderUnavailable where a browser would get no page of the provider's at an address. */
  #answers(configuration: client.Configuration, address: string): Promise<void> {
    const { issuer } = configuration.serverMetadata();
    return this.#reachability.check(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, address);
  }

  async #grant(
    configuration: client.Configuration,
    tokens: client.TokenEndpointResponse,
    idClaims: Claims,
    needsUserInfo = false,
  ): Promise<Grant> {
    const { claims: wanted } = this.#config;
    const { userinfo_endpoint: userInfoEndpoint } = configuration.serverMetadata();
    const all = [wanted.username, wanted.displayName, wanted.email, wanted.groups];
    const lacks = all.some((paths) => paths.every((path) => valueIn(idClaims, path) === undefined));
    const asks = userInfoEndpoint !== undefined && (lacks || needsUserInfo);
    if (needsUserInfo && !asks)
      throw new ProviderRefusal("invalid", "the provider says nothing about the user at a refresh");
    const info = asks ? await client.fetchUserInfo(configuration, tokens.access_token, String(idClaims.sub)) : {};
    // How somebody has logged in is the ID token's to say: what stands beside it may be what people write about themselves.
    const { acr, amr, auth_time, sid } = idClaims;
    return {
      claims: { ...info, ...idClaims, acr, amr, auth_time, sid },
      tellsAuthTime: tellsAuthTime(configuration),
      ...(tokens.id_token !== undefined && { idToken: tokens.id_token }),
      ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
    };
  }

  /** What an ID token says, beyond what openid-client has looked at: whose signature it has, and by which algorithm. */
  async #verify(idToken: string, configuration: client.Configuration, keys: Discovered["keys"]): Promise<Claims> {
    const { payload } = await this.#verifySignature(idToken, configuration, keys);
    const { clientId } = this.#config;
    const { aud, azp, sub } = payload;
    // OpenID Connect Core, section 3.1.3.7.
    // Databases keep no other texts apart: two people could become one.
    if (!isText(sub)) throw new ProviderRefusal("invalid", "the ID token has no sub of 1 to 255 characters");
    if ((Array.isArray(aud) && aud.length > 1 && azp !== clientId) || (azp !== undefined && azp !== clientId))
      throw new ProviderRefusal("invalid", "the ID token was issued to another client");
    if (payload.exp === undefined || payload.iat === undefined)
      throw new ProviderRefusal("invalid", "the ID token has no exp or no iat");
    if ("events" in payload) throw new ProviderRefusal("invalid", "a logout token is no ID token");
    return payload;
  }

  #verifySignature(token: string, configuration: client.Configuration, keys: Discovered["keys"]) {
    const { algorithms, clientId, clockSkew } = this.#config;
    return jose.jwtVerify(token, keys, {
      ...{ algorithms: [...algorithms], audience: clientId, clockTolerance: clockSkew },
      issuer: configuration.serverMetadata().issuer,
    });
  }

  /** The provider's metadata: what was read before, for as long as it is good. Throws ProviderUnavailable and ProviderRefusal. */
  async #discover(): Promise<Discovered> {
    if (this.#discovered && Date.now() < this.#discovered.until) return this.#discovered;
    try {
      this.#discovered = await this.#discovery.ask(() => this.#readMetadata());
      return this.#discovered;
    } catch (error) {
      // What was read before is good enough, until its time is long over.
      if (this.#discovered) return this.#discovered;
      throw problemOf(error, "setup");
    }
  }

  async #readMetadata(): Promise<Discovered> {
    const { issuer, clientId, authentication, clockSkew, timeout } = this.#config;
    const metadata = { [client.clockTolerance]: clockSkew };
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      metadata,
      await authenticationOf(authentication),
      {
        ...{ [client.customFetch]: this.#fetch as client.CustomFetch, timeout },
      },
    );
    configuration.timeout = timeout;
    configuration[client.customFetch] = this.#fetch as client.CustomFetch;
    const { jwks_uri: keySet, issuer: named } = configuration.serverMetadata();
    if (named !== issuer) throw new ProviderRefusal("setup", `the provider calls itself ${named}, not ${issuer}`);
    if (keySet === undefined) throw new ProviderRefusal("setup", "the provider names no keys (jwks_uri)");
    const keys = jose.createRemoteJWKSet(new URL(keySet), {
      [jose.customFetch]: (url, options) => this.#fetch(url, options),
      timeoutDuration: timeout * 1000,
      cooldownDuration: keySetPause,
    });
    return { configuration, keys, until: Date.now() + discoveryLifetime };
  }
}

function tellsAuthTime(configuration: client.Configuration): boolean {
  return configuration.serverMetadata().claims_supported?.includes("auth_time") === true;
}

async function authenticationOf(authentication: ClientAuthentication): Promise<client.ClientAuth> {
  switch (authentication.method) {
    case "client_secret_basic":
      return client.ClientSecretBasic(authentication.secret);
    case "client_secret_post":
      return client.ClientSecretPost(authentication.secret);
    case "none":
      return client.None();
    case "private_key_jwt": {
      const key = createPrivateKey(authentication.key);
      const pem = key.export({ type: "pkcs8", format: "pem" }) as string;
      return client.PrivateKeyJwt(await jose.importPKCS8(pem, algorithmOf(key)));
    }
  }
}

/** The algorithm that a client signs with, for the kind of its key. */
function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: ReturnType<typeof createPrivateKey>): string {
  if (type === "rsa") return "PS256";
  if (type === "ed25519") return "EdDSA";
  return details?.namedCurve === "secp384r1" ? "ES384" : details?.namedCurve === "secp521r1" ? "ES512" : "ES256";
}

/** What has gone wrong, in our terms. `otherwise`: what a refusal of a refresh token means. */
export function problemOf(error: unknown, otherwise: "ended" | "setup" | "invalid" = "invalid"): Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof ProviderError) return cause;
  const options = { cause: error };
  if (error instanceof client.AuthorizationResponseError) {
    const said = [error.error, error.error_description].filter(Boolean).join(": ");
    if (["temporarily_unavailable", "server_error"].includes(error.error))
      return new ProviderUnavailable(said, options);
    return new ProviderRefusal(denials.has(error.error) ? "denied" : "setup", said, options);
  }
  if (error instanceof client.ResponseBodyError) {
    const said = [error.error, error.error_description].filter(Boolean).join(": ");
    if (error.status >= 500 || error.status === 429) return new ProviderUnavailable(said, options);
    if (otherwise === "ended")
      return endings.has(error.error)
        ? new ProviderRefusal("ended", said, options)
        : new ProviderUnavailable(said, options);
    return new ProviderRefusal(error.error === "invalid_grant" ? "invalid" : "setup", said, options);
  }
  if (error instanceof client.WWWAuthenticateChallengeError)
    return new ProviderRefusal(otherwise === "ended" ? "ended" : "setup", error.message, options);
  if (error instanceof jose.errors.JWKSTimeout || error instanceof jose.errors.JWKSInvalid)
    return new ProviderUnavailable(error.message, options);
  if (error instanceof jose.errors.JOSEError && error.code !== "ERR_JOSE_GENERIC")
    return new ProviderRefusal("invalid", error.message, options);
  if (error instanceof client.ClientError) {
    const { cause, code } = error;
    if (cause instanceof Response && (cause.status >= 500 || cause.status === 429 || cause.status === 404))
      return new ProviderUnavailable(`the provider answers ${cause.status}`, options);
    if (code === "OAUTH_TIMEOUT" || code === "OAUTH_ABORT") return new ProviderUnavailable(error.message, options);
    const reason = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
    return new ProviderRefusal(otherwise === "setup" ? "setup" : "invalid", reason, options);
  }
  // No answer at all is guardedFetch's to tell of: what is left is an answer that nobody can use.
  const { message, cause } = error as Error;
  return new ProviderRefusal("setup", cause instanceof Error ? `${message}: ${cause.message}` : message, options);
}

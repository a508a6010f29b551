// Passkeys and security keys (Web Authentication, https://www.w3.org/TR/webauthn-3/): registered, asked for as a second
// factor, and logged in with. The relying party is the portal's host: no application of the cookie domain can ask for a
// signature that the portal would take.
import { randomBytes } from "node:crypto";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { User } from "../../../identity/profiles.ts";
import type { Clock } from "../../../kit/clock.ts";
import { sha256 } from "../../../kit/sha256.ts";
import { StoreUnavailable } from "../../../kit/sql/unavailable.ts";
import type { CookieDomain } from "../../../session/config.ts";
import { Challenges, challengeLife } from "./challenges.ts";
import type { WebauthnConfig } from "./config.ts";
import type { AnsweredChallenge, ChallengePurpose, PasskeyStore, StoredPasskey } from "./store.ts";

/** EdDSA, ES256 and RS256 (https://www.iana.org/assignments/cose): what authenticators have, and every Node verifies. */
const algorithms = [-8, -7, -257];

/** What an accepted signature shows. */
export interface PasskeyProof {
  readonly passkey: StoredPasskey;
  readonly amr: ReturnType<typeof amrOf>;
}

/** The methods (RFC 8176) of a passkey whose key does not leave its device, and of one that syncs. */
const boundKey = "hwk";
const syncedKey = "swk";
export const passkeyMethods = [boundKey, syncedKey] as const;

/** What a session gets by a passkey: a key was used, and somebody was there to use it. */
export function amrOf({ synced }: Pick<StoredPasskey, "synced">) {
  return [synced ? syncedKey : boundKey, "user"] as const;
}

/** Why a response was refused is for the log. */
export class PasskeyRefused extends Error {}

export class Passkeys {
  readonly #config: WebauthnConfig;
  readonly #store: PasskeyStore;
  readonly #challenges: Challenges;
  readonly #clock: Clock;

  /** Challenges are made under `challengeKey`. */
  constructor(config: WebauthnConfig, store: PasskeyStore, challengeKey: Uint8Array, clock: Clock) {
    this.#config = config;
    this.#store = store;
    this.#challenges = new Challenges(challengeKey, store, clock);
    this.#clock = clock;
  }

  get enabled(): boolean {
    return !this.#config.disable;
  }

  /** Whether a passkey can be used in place of a name and a password. */
  get loginEnabled(): boolean {
    return this.enabled && this.#config.enablePasskeyLogin;
  }

  /** A user's passkeys, those for other portals too; none while passkeys are switched off. */
  async of(username: string): Promise<readonly StoredPasskey[]> {
    return this.enabled ? this.#store.of(username) : [];
  }

  /** Those of them that work at this portal. */
  async usable(username: string, portal: CookieDomain): Promise<readonly StoredPasskey[]> {
    return (await this.of(username)).filter(({ rpId }) => rpId === rpIdOf(portal));
  }

  /** What a browser needs to make a passkey, for one session. */
  async registrationOptions(
    user: User,
    portal: CookieDomain,
    sid: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const initial = randomBytes(16).toString("base64url");
    const handle = await this.#store.madeUserHandle(user.name, rpIdOf(portal), initial);
    const { generateRegistrationOptions } = await webAuthn();
    return generateRegistrationOptions({
      ...this.#challenge(portal, "register", sid),
      rpName: this.#config.displayName,
      userName: user.name,
      userDisplayName: user.displayName ?? user.name,
      userID: new Uint8Array(Buffer.from(handle, "base64url")),
      attestationType: "none",
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: described(await this.usable(user.name, portal)),
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
    });
  }

  /** Adds the passkey that a browser has made. Throws PasskeyRefused. */
  async register(
    user: User,
    portal: CookieDomain,
    sid: string,
    response: RegistrationResponseJSON,
    name: string,
  ): Promise<StoredPasskey> {
    refuseFramed(response.response.clientDataJSON);
    const answered = this.#answeredBy(response.response.clientDataJSON, "register", sid);
    const { verifyRegistrationResponse } = await webAuthn();
    const { registrationInfo } = await refusing(
      verifyRegistrationResponse({
        response,
        expectedChallenge: () => true,
        expectedOrigin: portal.portalUrl,
        expectedRPID: rpIdOf(portal),
        requireUserVerification: false,
        supportedAlgorithmIDs: algorithms,
      }),
    );
    if (!registrationInfo) throw new PasskeyRefused("the attestation does not verify");
    await this.#use(answered);
    const { credential, credentialDeviceType } = registrationInfo;
    const passkey: StoredPasskey = {
      id: credential.id,
      username: user.name,
      rpId: rpIdOf(portal),
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      synced: credentialDeviceType === "multiDevice",
      discoverable: response.clientExtensionResults.credProps?.rk === true,
      name,
      createdAt: this.#clock(),
      lastUsedAt: null,
    };
    if (!(await this.#store.add(passkey, sid)))
      throw new PasskeyRefused("there is a passkey of this id already, or the session has ended");
    return passkey;
  }

  /** What a browser needs to sign with one of the user's passkeys, for one session. */
  async secondFactorOptions(
    username: string,
    portal: CookieDomain,
    sid: string,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await webAuthn();
    return generateAuthenticationOptions({
      ...this.#challenge(portal, "second-factor", sid),
      allowCredentials: described(await this.usable(username, portal)),
      userVerification: "preferred",
    });
  }

  /** Checks a signature with one of the user's passkeys. Throws PasskeyRefused. */
  async verifySecondFactor(
    username: string,
    portal: CookieDomain,
    sid: string,
    response: AuthenticationResponseJSON,
  ): Promise<PasskeyProof> {
    const passkey = await this.#find(response, portal);
    if (passkey.username !== username) throw new PasskeyRefused("the passkey is another user's");
    return this.#verify(passkey, portal, response, "second-factor", sid);
  }

  /** What a browser needs to sign with whichever passkey its user chooses. `browser` is what it is known by. */
  async loginOptions(portal: CookieDomain, browser: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await webAuthn();
    return generateAuthenticationOptions({
      ...this.#challenge(portal, "login", hashed(browser)),
      userVerification: "required",
    });
  }

  /** Checks a signature that stands for a name and a password: its user was verified too. Throws PasskeyRefused. */
  async verifyLogin(
    portal: CookieDomain,
    browser: string,
    response: AuthenticationResponseJSON,
  ): Promise<PasskeyProof> {
    const passkey = await this.#find(response, portal);
    const handle = await this.#store.userHandle(passkey.username, passkey.rpId);
    if (response.response.userHandle !== handle) throw new PasskeyRefused("the user handle is another user's");
    return this.#verify(passkey, portal, response, "login", hashed(browser));
  }

  rename(username: string, id: string, name: string): Promise<boolean> {
    return this.#store.rename(username, id, name);
  }

  remove(username: string, id: string): Promise<boolean> {
    return this.#store.remove(username, id);
  }

  /** What every ceremony asks with. */
  #challenge(portal: CookieDomain, purpose: ChallengePurpose, boundTo: string) {
    const challenge = this.#challenges.issue(purpose, boundTo);
    return { rpID: rpIdOf(portal), challenge, timeout: challengeLife * 1000 };
  }

  async #find({ id }: AuthenticationResponseJSON, portal: CookieDomain): Promise<StoredPasskey> {
    const passkey = this.enabled ? await this.#store.find(id) : undefined;
    if (passkey?.rpId !== rpIdOf(portal)) throw new PasskeyRefused("the passkey is not known here");
    return passkey;
  }

  async #verify(
    passkey: StoredPasskey,
    portal: CookieDomain,
    response: AuthenticationResponseJSON,
    purpose: ChallengePurpose,
    boundTo: string,
  ): Promise<PasskeyProof> {
    const { id, publicKey, counter } = passkey;
    refuseFramed(response.response.clientDataJSON);
    const answered = this.#answeredBy(response.response.clientDataJSON, purpose, boundTo);
    const { verifyAuthenticationResponse } = await webAuthn();
    const { verified, authenticationInfo } = await refusing(
      verifyAuthenticationResponse({
        response,
        expectedChallenge: () => true,
        expectedOrigin: portal.portalUrl,
        expectedRPID: passkey.rpId,
        credential: { id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: purpose === "login",
      }),
    );
    if (!verified) throw new PasskeyRefused("the signature is wrong");
    await this.#use(answered);
    if (!(await this.#store.use(id, authenticationInfo.newCounter, this.#clock())))
      throw new PasskeyRefused("the counter did not grow: the passkey may have been copied");
    return { passkey, amr: amrOf(passkey) };
  }

  /** The challenge that a response names. Throws PasskeyRefused when it was not issued for this, or is too old. */
  #answeredBy(clientDataJSON: string, purpose: ChallengePurpose, boundTo: string): AnsweredChallenge {
    const { challenge } = readClientData(clientDataJSON);
    const answered = typeof challenge === "string" && this.#challenges.read(challenge, purpose, boundTo);
    if (!answered) throw new PasskeyRefused("the challenge is not one that was given for this, or it is too old");
    return answered;
  }

  /** Lets a challenge be answered rightly once: whoever answers it wrongly can be anybody. Throws PasskeyRefused. */
  async #use(challenge: AnsweredChallenge): Promise<void> {
    if (!(await this.#challenges.use(challenge))) throw new PasskeyRefused("the challenge was answered before");
  }
}

/** Loaded by whoever first meets a passkey: with all that it knows of certificates it takes 5 MB. */
function webAuthn() {
  return import("@simplewebauthn/server");
}

/** A passkey is made for a relying party: this host name. */
export function rpIdOf({ portalUrl }: CookieDomain): string {
  return new URL(portalUrl).hostname;
}

function described(passkeys: readonly StoredPasskey[]) {
  return passkeys.map(({ id, transports }) => ({ id, transports: [...transports] }));
}

function hashed(browser: string): string {
  return sha256(browser).toString("base64url");
}

interface ClientData {
  readonly challenge?: unknown;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: unknown;
}

/** Throws PasskeyRefused. */
function readClientData(clientDataJSON: string): ClientData {
  let clientData: ClientData | null;
  try {
    clientData = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString());
  } catch (error) {
    throw new PasskeyRefused("the client data is no JSON", { cause: error });
  }
  return clientData ?? {};
}

/** No other site frames the portal, so none of its ceremonies is of a frame within another site's page. Throws PasskeyRefused. */
function refuseFramed(clientDataJSON: string): void {
  const { crossOrigin, topOrigin } = readClientData(clientDataJSON);
  if (crossOrigin === true || topOrigin !== undefined)
    throw new PasskeyRefused("the passkey was used in a frame of another site");
}

/** The library throws for whatever is wrong with a response; a database that is away is not the response's fault. */
async function refusing<T>(verification: Promise<T>): Promise<T> {
  try {
    return await verification;
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    throw new PasskeyRefused((error as Error).message, { cause: error });
  }
}

// A provider as sign-in knows it, whatever protocol it speaks.

/** What a provider says of somebody: names and values as it has them. */
export type Claims = Readonly<Record<string, unknown>>;

/** What the host gets for the code that a browser has brought from a provider. */
export interface Grant {
  readonly claims: Claims;
  /** For the log-out at the provider. */
  readonly idToken?: string;
  /** Whether the provider says when somebody has shown who they are, where it was asked to have that shown anew. */
  readonly tellsAuthTime?: boolean;
  /** What the session is confirmed by later. */
  readonly refreshToken?: string;
}

/** Of one attempt to sign in. */
export interface AttemptSecrets {
  /** RFC 7636. */
  readonly verifier: string;
  readonly nonce: string;
  readonly state: string;
}

export interface AuthorizationRequest extends AttemptSecrets {
  readonly redirectUri: string;
  /** Whether somebody is to show anew who they are, whoever the provider takes them for. */
  readonly fresh: boolean;
  /** Whether they are to show two factors. */
  readonly secondFactor: boolean;
  /** The network that they are in (holderOf); undefined where it is no single visitor's. */
  readonly network: string | undefined;
}

export interface Provider {
  /** The address at the provider to which the browser goes to sign in. Throws ProviderUnavailable. */
  authorize(request: AuthorizationRequest): Promise<string>;
  /**
   * Takes what the browser has brought back. `answer`: the address that it came to, which is the redirect URI with a query. Throws
   * ProviderUnavailable and ProviderRefusal.
   */
  redeem(answer: URL, secrets: AttemptSecrets): Promise<Grant>;
  /** Asks whether a login goes on, and what is said of its owner now. Throws ProviderUnavailable, and ProviderRefusal when it has ended. */
  refresh(refreshToken: string, subject: string): Promise<Grant>;
  /** The address at which the browser logs out of the provider; undefined: there is none. Throws ProviderUnavailable. */
  logoutAddress(idToken: string | undefined, returnTo: string, state: string): Promise<string | undefined>;
  /** The claims of a logout token whose signature, issuer and audience are right. Throws ProviderUnavailable and ProviderRefusal. */
  readLogoutToken(token: string): Promise<Claims>;
}

/**
 * Why a provider's answer gives nobody a session.
 * - `denied`: the person, or the provider about this person, said no.
 * - `invalid`: what came is not what was asked for, or not from whom it was asked of.
 * - `ended`: the login that a refresh token stands for has ended.
 * - `overage`: the provider did not say all groups, for they are too many.
 * - `setup`: the provider does not accept this portal as it is configured.
 */
export type RefusalKind = "denied" | "invalid" | "ended" | "overage" | "setup";

/** A provider has given nobody a session. The message is for the log. */
export abstract class ProviderError extends Error {}

export class ProviderRefusal extends ProviderError {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The provider did not answer, or not in time, or cannot just now. */
export class ProviderUnavailable extends ProviderError {}

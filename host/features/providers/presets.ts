// What the configuration of a provider says where nothing else is written, for the products that people have.

export interface Preset {
  /** Undefined: the operator names it. */
  readonly issuer?: string;
  readonly scopes: readonly string[];
  /** Paths into the claims; of several the first that is there counts. */
  readonly claims: {
    readonly username: readonly string[];
    readonly displayName: readonly string[];
    readonly email: readonly string[];
    readonly groups: readonly string[];
  };
  /** What the request for a login has beside what OpenID Connect says. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What it has when somebody is to show anew who they are. */
  readonly anew: Readonly<Record<string, string>>;
}

const usual: Preset = {
  scopes: ["openid", "profile", "email"],
  claims: { username: ["preferred_username"], displayName: ["name"], email: ["email"], groups: ["groups"] },
  parameters: {},
  // With max_age the provider has to say when that was (OpenID Connect Core, section 3.1.2.1).
  anew: { prompt: "login", max_age: "0" },
};

/** Those that cannot be asked for another login: https://developers.google.com/identity/openid-connect/openid-connect#prompt */
const chooser = { prompt: "select_account" };

const withScopes = (...scopes: readonly string[]): Preset => ({ ...usual, scopes: [...usual.scopes, ...scopes] });

export const presets = {
  openid_connect: usual,
  auth0: {
    ...withScopes("offline_access"),
    claims: { ...usual.claims, username: ["nickname"] },
  },
  authelia: withScopes("groups", "offline_access"),
  authentik: withScopes("offline_access"),
  entra: withScopes("offline_access"),
  github: {
    issuer: "https://github.com",
    scopes: ["read:user", "user:email", "read:org"],
    claims: { username: ["login"], displayName: ["name"], email: ["email"], groups: ["teams"] },
    parameters: {},
    anew: chooser,
  },
  google: {
    ...usual,
    issuer: "https://accounts.google.com",
    claims: { ...usual.claims, username: ["email"] },
    parameters: { access_type: "offline" },
    anew: chooser,
  },
  keycloak: usual,
  okta: withScopes("groups", "offline_access"),
  pocketid: withScopes("groups"),
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

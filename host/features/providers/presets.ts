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
}

const usual: Preset = {
  scopes: ["openid", "profile", "email"],
  claims: { username: ["preferred_username"], displayName: ["name"], email: ["email"], groups: ["groups"] },
  parameters: {},
};

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
  },
  google: {
    ...usual,
    issuer: "https://accounts.google.com",
    claims: { ...usual.claims, username: ["email"] },
    parameters: { access_type: "offline" },
  },
  keycloak: usual,
  okta: withScopes("groups", "offline_access"),
  pocketid: withScopes("groups"),
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

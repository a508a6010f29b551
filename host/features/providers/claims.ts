// What a provider says of somebody, as this host takes it: who it is, whether they may sign in, and by what they have shown it.
import { mistakeInGroup, mistakeInName, mistakeInText } from "../../identity/profile-text.ts";
import type { ProviderConfig } from "./config.ts";
import { type Claims, type Grant, ProviderRefusal } from "./provider.ts";

/** Somebody at a provider. */
export interface Person {
  /** Never another's at this provider, and never changed (OpenID Connect Core, section 2). */
  readonly subject: string;
  /** What they are called there, to name an account by; undefined: nothing that a user name could be. */
  readonly username: string | undefined;
  readonly displayName: string | null;
  readonly email: string | null;
  /** Of the policy. */
  readonly groups: readonly string[];
}

/** How somebody has logged in at a provider. */
export interface Proof {
  readonly level: 1 | 2;
  /** RFC 8176, as far as the configuration says that the provider is believed; `fed`, for the login was elsewhere. */
  readonly amr: readonly string[];
  /** When they showed who they are; undefined: the provider does not say. Seconds since the epoch. */
  readonly authTime: number | undefined;
  /** The session at the provider, where it has a name. */
  readonly sid: string | undefined;
}

/** Somebody in more groups than that is in a group for everything. */
const mostGroups = 10_000;

/** A claim by its name, or by its path of names with dots between them. */
export function valueIn(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split(".").reduce<unknown>((value, step) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && Object.hasOwn(value, step) ? (value as Claims)[step] : undefined;
  }, claims);
}

/** Whether a value is a text that databases keep apart from every other, and headers carry. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && mistakeInText(value) === undefined;
}

/** Reads a person. Throws ProviderRefusal "overage" where the provider leaves groups out for their number. */
export function readPerson(claims: Claims, { claims: paths, groups: { map, onlyMapped } }: ProviderConfig): Person {
  const first = (all: readonly string[], suits: (value: unknown) => boolean) =>
    all.map((path) => valueIn(claims, path)).find(suits) as string | undefined;
  const isName = (value: unknown) => typeof value === "string" && mistakeInName(value) === undefined;
  const groups = providerGroups(claims, paths.groups).flatMap((group) => map.get(group) ?? (onlyMapped ? [] : [group]));
  // Whose an address is that the provider has not checked, nobody knows: an application might take it for somebody else's.
  const isUnproven = claims.email_verified === false || claims.email_verified === "false";
  return {
    subject: String(claims.sub),
    username: first(paths.username, isName),
    displayName: first(paths.displayName, isText) ?? null,
    email: isUnproven ? null : (first(paths.email, isText) ?? null),
    groups: [...new Set(groups)].filter((group) => mistakeInGroup(group) === undefined).sort(),
  };
}

/** The groups in the provider's own names. */
function providerGroups(claims: Claims, paths: readonly string[]): readonly string[] {
  const value = paths.map((path) => valueIn(claims, path)).find((one) => one !== undefined);
  // Entra names the place where they could be asked for, or just that there are groups:
  // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
  const elsewhere = claims._claim_names;
  const isElsewhere =
    typeof elsewhere === "object" && elsewhere !== null && paths.some((path) => Object.hasOwn(elsewhere, path));
  if (value === undefined && (isElsewhere || claims.hasgroups === true || claims.hasgroups === "true"))
    throw new ProviderRefusal("overage", "the provider leaves the groups out, for there are too many of them");
  const all = (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  if (all.length > mostGroups) throw new ProviderRefusal("overage", `the provider names ${all.length} groups`);
  return all;
}

/** Why somebody may not sign in, by the configuration; undefined: they may. Throws ProviderRefusal "overage", as readPerson does. */
export function obstacleFor(claims: Claims, { allow, claims: paths }: ProviderConfig): string | undefined {
  const { groups, domains, claims: wanted } = allow;
  if (groups.length > 0) {
    const own = providerGroups(claims, paths.groups);
    if (!groups.some((group) => own.includes(group))) return "in none of the groups of allow.groups";
  }
  if (domains.length > 0) {
    const email = paths.email.map((path) => valueIn(claims, path)).find((one) => typeof one === "string") as
      | string
      | undefined;
    const domain = email?.slice(email.lastIndexOf("@") + 1).toLowerCase();
    const isVerified = claims.email_verified === true || claims.email_verified === "true";
    if (!email?.includes("@") || !isVerified || !domains.includes(domain!))
      return "no verified address in one of allow.domains";
  }
  for (const [path, values] of wanted) {
    const value = valueIn(claims, path);
    const own = (Array.isArray(value) ? value : [value]).filter((one) =>
      ["string", "number", "boolean"].includes(typeof one),
    );
    if (!own.some((one) => values.includes(String(one))))
      return `the claim ${path} has none of the values of allow.claims`;
  }
  return undefined;
}

/**
 * Whether a login is none of those that were begun at `since` or later. Whoever has the browser may have left out of the address that a new
 * login is wanted: then a provider that tells the time when it is asked to does not tell it either.
 */
export function isOldLogin(
  { claims, tellsAuthTime = false }: Grant,
  config: Pick<ProviderConfig, "secondFactor" | "clockSkew">,
  since: number,
): boolean {
  const { authTime } = readProof(claims, config);
  return authTime === undefined ? tellsAuthTime : authTime + config.clockSkew < since;
}

/** Whether there is anything by which a login at a provider counts as two factors. */
export function canProveTwo({ secondFactor: { acr, amr } }: Pick<ProviderConfig, "secondFactor">): boolean {
  return acr.length + amr.length > 0;
}

export function readProof(claims: Claims, { secondFactor }: Pick<ProviderConfig, "secondFactor">): Proof {
  const amr = (Array.isArray(claims.amr) ? claims.amr : []).filter(
    (method): method is string => typeof method === "string",
  );
  const believed = secondFactor.amr.filter((method) => amr.includes(method));
  const level = believed.length > 0 || secondFactor.acr.includes(String(claims.acr)) ? 2 : 1;
  const { auth_time: authTime, sid } = claims;
  return {
    level,
    amr: [...new Set(["fed", ...believed, ...(level === 2 ? ["mfa"] : [])])],
    authTime: typeof authTime === "number" && Number.isFinite(authTime) ? Math.floor(authTime) : undefined,
    sid: isText(sid) ? sid : undefined,
  };
}

// What each key of Authelia's configuration (4.36 to 4.39, and some of before) is here that Zerohop does not have under the same name. A
// key stands for all below it, the longest that fits counts.
import { isMapping } from "../../../kit/config/mapping.ts";

export type Fate =
  /** The same under another name. */
  | { readonly renamed: string }
  /** Nothing is lost without it. */
  | { readonly notNeeded: string }
  /** What it did is not done: what that means. */
  | { readonly missing: string };

const renamed = (key: string): Fate => ({ renamed: key });
const notNeeded = (why: string): Fate => ({ notNeeded: why });
const missing = (means: string): Fate => ({ missing: means });

const ldapAttribute = (name: string) => renamed(`authentication_backend.ldap.attributes.${name}`);
const ownTls = missing("no certificate of the host's own is shown to the server");
const fixedAttributes = missing("attributes are the user's name, display name, e-mail address and groups");
const unusedAttributes = [
  ...["extra", "family_name", "given_name", "middle_name", "nickname", "gender", "birthdate", "website", "profile"],
  ...["picture", "zoneinfo", "locale", "phone_number", "phone_extension", "street_address", "locality", "region"],
  ...["postal_code", "country"],
];
const postgresTls = missing(
  "certificates are verified, by storage.postgres.tls.ca_file; where there is no TLS, set storage.postgres.tls.disable",
);
const each = (section: string, keys: readonly string[], fate: Fate): Readonly<Record<string, Fate>> =>
  Object.fromEntries(keys.map((key) => [`${section}.${key}`, fate]));
const shortestOfCookies = missing("one value counts for every cookie domain: the shortest");

export const fates: Readonly<Record<string, Fate>> = {
  theme: notNeeded("the portal follows the browser's light or dark setting"),
  default_2fa_method: notNeeded("people are offered what they have set up, what resists phishing first"),
  default_redirection_url: notNeeded("after a login without a target the portal lists the applications"),
  certificates_directory: missing("name the authority's file in tls.ca_file of LDAP, SMTP or PostgreSQL"),
  jwt_secret: notNeeded("links in e-mails are random and in the database by hash"),
  "identity_validation.reset_password.jwt_secret": notNeeded("links in e-mails are random and in the database by hash"),
  "identity_validation.reset_password.jwt_algorithm": notNeeded("links in e-mails are no tokens"),
  "identity_validation.reset_password.jwt_lifespan": renamed("identity_validation.reset_password.lifespan"),
  "server.tls.client_certificates": missing(
    "the host asks proxies for no certificate: let no one but them reach its port",
  ),
  "server.asset_path": missing(
    "name, logo and colour are set in portal; other pages and languages cannot be laid over",
  ),
  "server.enable_pprof": notNeeded("it is Go's"),
  "server.enable_expvars": notNeeded("it is Go's"),
  "server.read_buffer_size": notNeeded("headers of 64 KiB are read"),
  "server.write_buffer_size": notNeeded("headers of 64 KiB are read"),
  "server.disable_healthcheck": notNeeded("`GET /api/health` answers"),
  "server.headers": notNeeded("the portal's Content-Security-Policy is its own"),
  "server.buffers": notNeeded("headers of 64 KiB are read"),
  "server.timeouts": notNeeded("time limits are its own"),
  "server.endpoints.enable_pprof": notNeeded("it is Go's"),
  "server.endpoints.enable_expvars": notNeeded("it is Go's"),
  "server.endpoints.authz": missing(
    "the endpoints are /api/authz/forward-auth, auth-request and ext-authz, and /api/verify, with usual strategies",
  ),
  "server.endpoints.rate_limits": notNeeded("limits are in regulation, and of their own"),
  "server.path": missing("the portal is at the root of its host"),
  "log.format": notNeeded("the log is JSON, a line each, on standard output"),
  "log.file_path": notNeeded("the log is JSON, a line each, on standard output"),
  "log.keep_stdout": notNeeded("the log is JSON, a line each, on standard output"),
  telemetry: notNeeded(
    "`/metrics` of the host's own address has them; set metrics.token for who may read them from elsewhere",
  ),
  "totp.allowed_algorithms": notNeeded("totp.algorithm is for new apps; those set up keep theirs"),
  "totp.allowed_digits": notNeeded("totp.digits is for new apps; those set up keep theirs"),
  "totp.allowed_periods": notNeeded("totp.period is for new apps; those set up keep theirs"),
  "totp.disable_reuse_security_policy": missing("a code counts once, always"),
  "webauthn.timeout": notNeeded("challenges live five minutes"),
  "webauthn.user_verification": notNeeded("it is preferred as a second factor, required in place of a password"),
  "webauthn.attestation_conveyance_preference": missing("no attestation is asked for"),
  "webauthn.selection_criteria.attachment": missing("every authenticator may be set up"),
  "webauthn.selection_criteria.discoverability": notNeeded("a passkey is preferred"),
  "webauthn.selection_criteria.user_verification": notNeeded(
    "it is preferred as a second factor, required in place of a password",
  ),
  "webauthn.filtering": missing("every authenticator may be set up"),
  "webauthn.metadata": missing("no attestation is asked for"),
  "webauthn.experimental_enable_passkey_uv_two_factors": notNeeded(
    "a passkey that verifies its user counts as two factors",
  ),
  "webauthn.experimental_enable_passkey_upgrade": missing("browsers are not asked to make passkeys by themselves"),
  duo_api: missing(
    "there are no push messages: whoever has Duo alone must set up an app or a passkey, which their first login asks for",
  ),
  ntp: notNeeded("the machine keeps its own time"),
  privacy_policy: missing("the portal shows no policy; name it where people apply for an account"),
  "identity_providers.oidc": missing(
    "Zerohop is no OpenID Connect provider: clients of Authelia's need another, or the identity headers",
  ),
  "definitions.user_attributes": fixedAttributes,
  "authentication_backend.disable_reset_password": renamed("authentication_backend.password_reset.disable"),
  "authentication_backend.file.watch": notNeeded("the file is always watched"),
  "authentication_backend.file.password": notNeeded(
    "new passwords are hashed with argon2id; those that are there verify",
  ),
  "authentication_backend.file.extra_attributes": fixedAttributes,
  "authentication_backend.ldap.url": renamed("authentication_backend.ldap.address"),
  "authentication_backend.ldap.tls.skip_verify": missing(
    "certificates are verified: name the authority in authentication_backend.ldap.tls.ca_file",
  ),
  "authentication_backend.ldap.tls.maximum_version": notNeeded("the newest that both sides know is used"),
  "authentication_backend.ldap.tls.private_key": ownTls,
  "authentication_backend.ldap.tls.certificate_chain": ownTls,
  "authentication_backend.ldap.pooling": notNeeded("connections are pooled"),
  "authentication_backend.ldap.permit_referrals": missing("referrals are not followed"),
  "authentication_backend.ldap.permit_unauthenticated_bind": missing("a service account needs a password"),
  "authentication_backend.ldap.permit_feature_detection_failure": notNeeded(
    "servers are asked what they can do only where it matters",
  ),
  "authentication_backend.ldap.username_attribute": ldapAttribute("username"),
  "authentication_backend.ldap.mail_attribute": ldapAttribute("mail"),
  "authentication_backend.ldap.display_name_attribute": ldapAttribute("display_name"),
  "authentication_backend.ldap.group_name_attribute": ldapAttribute("group_name"),
  ...each("authentication_backend.ldap.attributes", unusedAttributes, fixedAttributes),
  "authentication_backend.ldap.attributes.distinguished_name": notNeeded("a DN is known without an attribute"),
  "authentication_backend.ldap.users_reset_filter": missing("whom users_filter finds may reset their password"),
  "session.secret": notNeeded("sessions are signed with keys of the database"),
  cache: notNeeded("sessions are in the database, which several hosts share by storage.postgres"),
  "session.storage": notNeeded("sessions are in the database, which several hosts share by storage.postgres"),
  "session.redis": notNeeded("sessions are in the database, which several hosts share by storage.postgres"),
  "session.same_site": notNeeded("cookies are SameSite=Lax"),
  "session.remember_me_duration": renamed("session.remember_me"),
  "session.cookies.same_site": notNeeded("cookies are SameSite=Lax"),
  "session.cookies.default_redirection_url": notNeeded(
    "after a login without a target the portal lists the applications",
  ),
  "session.cookies.name": missing("one name counts for every cookie domain: that of the first"),
  "session.cookies.expiration": shortestOfCookies,
  "session.cookies.inactivity": shortestOfCookies,
  "session.cookies.remember_me": shortestOfCookies,
  "storage.mysql": missing(
    "MySQL and MariaDB are not known: a SQLite file is written instead, and second factors in MySQL cannot be carried over",
  ),
  "storage.postgres.schema": missing("set the search_path of the database user"),
  "storage.postgres.servers": missing("one address is known: name a pooler or a virtual address"),
  "storage.postgres.ssl": postgresTls,
  ...each(
    "storage.postgres.tls",
    ["minimum_version", "maximum_version", "skip_verify", "server_name", "private_key", "certificate_chain"],
    postgresTls,
  ),
  "notifier.template_path": missing("the texts of e-mails are its own, in each reader's language"),
  "notifier.smtp.tls.maximum_version": notNeeded("the newest that both sides know is used"),
  "notifier.smtp.tls.private_key": ownTls,
  "notifier.smtp.tls.certificate_chain": ownTls,
  "notifier.smtp.trusted_cert": renamed("notifier.smtp.tls.ca_file"),
};

/** Keys that ask for more than the host does: to go on without them would let in whom they keep out. */
export const demanded: readonly string[] = ["server.tls.client_certificates"];

/** What is said of a key itself. */
export function fateNamed(key: string): Fate | undefined {
  return Object.hasOwn(fates, key) ? fates[key] : undefined;
}

/** What is said of a key itself, or of the nearest mapping around it. */
export function fateOf(path: readonly string[]): Fate | undefined {
  for (let length = path.length; length > 0; length--) {
    const fate = fateNamed(path.slice(0, length).join("."));
    if (fate && (length === path.length || !("renamed" in fate))) return fate;
  }
  return undefined;
}

/** Whether there is something to say of keys below one. */
export function hasFatesBelow(key: string): boolean {
  return Object.keys(fates).some((name) => name.startsWith(`${key}.`));
}

/** Whether a value is what Authelia has for a key that is not there. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Whether a value switches off what it is for. */
export function isOff(value: unknown): boolean {
  return value === false || (isMapping(value) && (value.disable === true || value.enabled === false));
}

const unverified = "required: a key that does not verify its user is taken as a second factor too";
const otherSites = "none: requests from pages of other sites, and frames in them, have no session";
const fromLinks = "strict: whoever follows a link from another site is logged in there";

/** Values that Zerohop has not for a key that it has, or does not need, and what that means. */
const refusedValues: Readonly<Record<string, readonly (readonly [value: RegExp, means: string])[]>> = {
  "authentication_backend.refresh_interval": [
    [
      /^disable$/,
      "disable: people are looked up again at intervals, so that changed groups and disabled people are noticed",
    ],
  ],
  "authentication_backend.ldap.groups_filter": [
    [
      /\{memberof:r?dn\}/,
      "{memberof:…}: whatever groups memberOf names below additional_groups_dn count, where group_search_mode is memberof",
    ],
  ],
  "webauthn.user_verification": [[/^required$/, unverified]],
  "webauthn.selection_criteria.user_verification": [[/^required$/, unverified]],
  ...Object.fromEntries(
    ["session.same_site", "session.cookies.same_site"].map((key) => [
      key,
      [
        [/^none$/, otherSites],
        [/^strict$/, fromLinks],
      ],
    ]),
  ),
};

/** What is said of such a value; undefined of any other. */
export function refusalOf(key: string, value: unknown): string | undefined {
  const values = Object.hasOwn(refusedValues, key) ? refusedValues[key]! : [];
  return typeof value === "string" ? values.find(([one]) => one.test(value))?.[1] : undefined;
}

/** Keys that an environment variable may give and that are ours, or in no list above by themselves. */
export const furtherKeys: readonly string[] = [
  "server.host",
  "server.port",
  "session.domain",
  "session.redis.host",
  "session.redis.password",
  "access_control.default_policy",
  "duo_api.secret_key",
  "duo_api.integration_key",
  "duo_api.hostname",
  "identity_providers.oidc.hmac_secret",
  "identity_providers.oidc.issuer_private_key",
  "storage.mysql.password",
  "storage.mysql.username",
  "storage.mysql.address",
  "storage.postgres.host",
  "storage.postgres.port",
  "notifier.smtp.host",
  "notifier.smtp.port",
];

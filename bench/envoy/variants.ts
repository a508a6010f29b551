// The ways to check a session that are compared. All decide the same five rules over the same token.
import { extension, localCluster, type Variant } from "./bootstrap.ts";
import { gateFilter } from "./gate.ts";
import { cookieDomain, cookieName, portal, type Session } from "./session.ts";

/** The measured request is decided by the last rule, so that each of the others is looked at. */
const accessControl = {
  default_policy: "deny",
  rules: [
    { domain: `public.${cookieDomain}`, policy: "bypass" },
    { domain: `admin.${cookieDomain}`, policy: "two_factor", subject: "group:admins" },
    { domain: `app.${cookieDomain}`, policy: "bypass", resources: ["^/health$"] },
    { domain: `app.${cookieDomain}`, policy: "two_factor", resources: ["^/settings.*$"], subject: "group:admins" },
    { domain: `*.${cookieDomain}`, policy: "one_factor", subject: "group:dev" },
  ],
};

const settingCookie = [
  {
    ...{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok\n" } } },
    response_headers_to_add: [
      { header: { key: "set-cookie", value: "theme=dark; Path=/; Secure; HttpOnly; SameSite=Lax" } },
    ],
  },
];

/** @param authorizerPort where `authorizer` listens on this machine */
export function variantsFor(session: Session, authorizerPort: number): Variant[] {
  return [
    { name: "no filter", filters: [] },
    { name: "zerohop gate", filters: [gate(session)] },
    { name: "jwt_authn + rbac", filters: [jwtAuthentication(session), roleBasedAccess] },
    { name: "jwt_authn + rbac + lua", filters: [jwtAuthentication(session), roleBasedAccess, cookieRemoval] },
    { name: "ext_authz", filters: [externalAuthorization], clusters: [localCluster("authorizer", authorizerPort)] },
  ];
}

/** What `gate.drop_session_set_cookie` adds to the gate: to a response without a cookie, and to one with an application's own. */
export function droppingVariants(session: Session): Variant[] {
  const dropping = gate(session, "dropping", { drop_session_set_cookie: true });
  return [
    { name: "gate, dropping", filters: [dropping] },
    { name: "gate, a cookie", filters: [gate(session)], routes: settingCookie },
    { name: "gate, dropping, a cookie", filters: [dropping], routes: settingCookie },
  ];
}

/** Another build of the gate, with the same policy. */
export function gateVariant(session: Session, name: string, file: string): Variant {
  return { name, filters: [gate(session, name, {}, file)] };
}

function gate({ key }: Session, name?: string, options: object = {}, file?: string): object {
  const configuration = {
    ...options,
    bundle: {
      version: 1,
      iat: Math.floor(Date.now() / 1000),
      keys: [key],
      cookies: [{ domain: cookieDomain, portal, name: cookieName }],
      policy: accessControl,
      revoked_sessions: [],
      not_before: {},
    },
  };
  return gateFilter(configuration, name, file);
}

function jwtAuthentication({ key }: Session): object {
  return extension("envoy.filters.http.jwt_authn", "extensions.filters.http.jwt_authn.v3.JwtAuthentication", {
    providers: {
      zerohop: {
        issuer: portal,
        audiences: [cookieDomain],
        local_jwks: { inline_string: JSON.stringify({ keys: [{ ...key, alg: "EdDSA", use: "sig" }] }) },
        from_cookies: [cookieName],
        payload_in_metadata: "session",
        claim_to_headers: [
          { header_name: "remote-user", claim_name: "sub" },
          { header_name: "remote-groups", claim_name: "groups" },
          { header_name: "remote-name", claim_name: "name" },
          { header_name: "remote-email", claim_name: "email" },
        ],
        jwt_cache_config: { jwt_cache_size: 100 },
      },
    },
    rules: [
      { match: { prefix: "/", headers: [authorityStartsWith("public.")] } },
      { match: { prefix: "/" }, requires: { provider_name: "zerohop" } },
    ],
  });
}

function authorityStartsWith(prefix: string): object {
  return { name: ":authority", string_match: { prefix: prefix + cookieDomain } };
}

const onHost = (label: string) => ({ header: authorityStartsWith(`${label}.`) });
const onAnyHost = { header: { name: ":authority", string_match: { contains: `.${cookieDomain}` } } };
const settings = { url_path: { path: { prefix: "/settings" } } };
const health = { url_path: { path: { exact: "/health" } } };
const both = (...rules: object[]) => ({ and_rules: { rules } });

/** RBAC's policies are a union; the first match wins only when the last one leaves out what the others decide. */
const otherwiseRuled = { not_rule: { or_rules: { rules: [onHost("admin"), both(onHost("app"), settings)] } } };

const claim = (name: string, value: object) => ({
  sourced_metadata: {
    metadata_matcher: {
      filter: "envoy.filters.http.jwt_authn",
      path: [{ key: "session" }, { key: name }],
      value,
    },
  },
});
const inGroup = (group: string) => claim("groups", { list_match: { one_of: { string_match: { exact: group } } } });
const atLevel2 = claim("level", { double_match: { exact: 2 } });
const anyone = { any: true };

const roleBasedAccess = extension("envoy.filters.http.rbac", "extensions.filters.http.rbac.v3.RBAC", {
  rules: {
    action: "ALLOW",
    policies: {
      1: { permissions: [onHost("public")], principals: [anyone] },
      2: { permissions: [onHost("admin")], principals: [{ and_ids: { ids: [inGroup("admins"), atLevel2] } }] },
      3: { permissions: [both(onHost("app"), health)], principals: [anyone] },
      4: {
        permissions: [both(onHost("app"), settings)],
        principals: [{ and_ids: { ids: [inGroup("admins"), atLevel2] } }],
      },
      5: { permissions: [both(onAnyHost, otherwiseRuled)], principals: [inGroup("dev")] },
    },
  },
});

/** Takes the session out of Cookie, which no other filter of Envoy's own does: without it every application gets a credential for all others. */
const cookieRemoval = extension("envoy.filters.http.lua", "extensions.filters.http.lua.v3.Lua", {
  default_source_code: {
    inline_string: `
      function envoy_on_request(handle)
        local headers = handle:headers()
        local cookie = headers:get("cookie")
        if cookie == nil then return end
        local from = cookie:find("${cookieName}=", 1, true)
        if from == nil then return end
        local to = cookie:find("; ", from, true)
        headers:replace("cookie", cookie:sub(1, from - 1) .. (to and cookie:sub(to + 2) or ""))
      end`,
  },
});

const externalAuthorization = extension(
  "envoy.filters.http.ext_authz",
  "extensions.filters.http.ext_authz.v3.ExtAuthz",
  {
    http_service: {
      server_uri: { uri: "http://authorizer", cluster: "authorizer", timeout: "1s" },
      authorization_response: { allowed_upstream_headers: { patterns: [{ prefix: "remote-" }] } },
    },
    allowed_headers: { patterns: [{ exact: "cookie" }] },
  },
);

const header = (key: string, value: string) => ({ header: { key, value } });

/**
 * The server that ext_authz asks: a second Envoy that only looks whether the cookie is there. No real authorization
 * server answers faster, and its own CPU time is not counted.
 */
export const authorizer: Variant = {
  name: "authorizer",
  filters: [],
  routes: [
    {
      match: { prefix: "/", headers: [{ name: "cookie", string_match: { contains: `${cookieName}=` } }] },
      direct_response: { status: 200 },
      response_headers_to_add: [
        header("remote-user", "alice"),
        header("remote-groups", "admins,dev"),
        header("remote-name", "Alice Example"),
        header("remote-email", `alice@${cookieDomain}`),
      ],
    },
    { match: { prefix: "/" }, direct_response: { status: 401 } },
  ],
};

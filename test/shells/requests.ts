// The requests of the table: products of values that have once been read in two ways, none of them with an outcome written beside it.

import type { SigningKey } from "../../host/session/signing-key.ts";
import { issueToken, type SessionClaims } from "../../host/session/token.ts";

/** What a browser or a program sends to an application. */
export interface TableRequest {
  readonly method: string;
  readonly authority: string;
  /** Path and query, one character a byte. */
  readonly path: string;
  readonly cookie?: string | undefined;
  /** Whether a cookie proves a session that counts. */
  readonly hasSession: boolean;
  readonly authorization?: string | undefined;
  readonly proxyAuthorization?: string | undefined;
  readonly accept?: string | undefined;
  readonly requestedWith?: string | undefined;
  readonly fetchMode?: string | undefined;
  readonly fetchDest?: string | undefined;
  readonly purpose?: string | undefined;
  readonly referer?: string | undefined;
}

/** What the host of the table is configured with. */
export const configuration = `
server:
  address: 127.0.0.1:0
  trusted_proxies: [127.0.0.1]
storage:
  encryption_key: only for the tests of zerohop
  local:
    path: db.sqlite3
session:
  cookies:
    - domain: example.com
      portal_url: https://auth.example.com
      basic: { headers: [authorization, proxy_authorization] }
authentication_backend:
  file:
    path: users.yml
regulation:
  max_retries: 0
access_control:
  default_policy: deny
  rules:
    - domain: public.example.com
      policy: bypass
    - domain: app.example.com
      policy: one_factor
    - domain: own.example.com
      policy: one_factor
      basic: off
    - domain: dav.example.com
      policy: one_factor
      basic: challenge
    - domain: admin.example.com
      policy: two_factor
      subject: group:admins
    - domain: many.example.com
      policy: one_factor
      subject: ["group:team-of-many-people-with-a-long-name-0499", "user:bob"]
    - domain: company.example.com
      policy: one_factor
      subject: source:company
    - domain: both.example.com
      policy: two_factor
      subject: [["source:company", "group:admins"]]
    - domain: lan.example.com
      policy: bypass
      networks: [203.0.113.0/24]
    - domain: far.example.com
      policy: bypass
      networks: [10.0.0.0/8]
    - domain: files.example.com
      policy: bypass
      resources: ["^/open/", "^/search\\\\?q="]
    - domain: files.example.com
      policy: one_factor
`;

const [alice, wrong] = ["alice:demo", "alice:wrong"].map((text) => `Basic ${Buffer.from(text).toString("base64")}`);

const anonymous = { cookie: undefined, hasSession: false } as const;
type Cookie = Pick<TableRequest, "cookie" | "hasSession">;

/** A user with five hundred groups of forty characters and more. */
export const mona = {
  displayname: "Mona Many",
  email: "mona@example.com",
  groups: Array.from({ length: 500 }, (_, i) => `team-of-many-people-with-a-long-name-${String(i).padStart(4, "0")}`),
};

/** Claims of a session that the host has opened, and the key that it signs with. */
export interface Sessions {
  readonly alice: SessionClaims;
  readonly bob: SessionClaims;
  /** Of a user with more groups than a cookie holds. */
  readonly mona: SessionClaims;
  /** One that was logged out. */
  readonly ended: SessionClaims;
  readonly key: SigningKey;
  readonly otherKey: SigningKey;
}

function cookies({ alice, bob, mona, ended, key, otherKey }: Sessions): readonly Cookie[] {
  const sign = (claims: SessionClaims, changes: Partial<SessionClaims> = {}) =>
    issueToken({ ...claims, ...changes }, key);
  const named = (value: string) => `zerohop_session=${value}`;
  const [one, other] = [named(sign(alice)), named(sign(bob))];
  const proving = [
    one,
    other,
    `${"zerohop_session=junk; ".repeat(4)}${one}`,
    `theme=dark; ${one}; lang=en`,
    `;; zerohop_session = ${sign(alice)} ;`,
    `${one}; ${named(sign(alice, { iat: alice.iat - 20 }))}`,
    `${named(sign(ended))}; ${other}`,
    named(sign(alice, { level: 2, amr: ["pwd", "otp"] })),
    named(sign(mona)),
    named(sign(mona, { level: 2, amr: ["pwd", "otp"] })),
  ];
  const proven = sign(alice);
  const worthless = [
    `${one}; ${other}`,
    "zerohop_session=a.b.c; zerohop_session=",
    named(sign(ended)),
    named(sign(alice, { session_exp: alice.iat })),
    named(sign(alice, { aud: "example.net" })),
    named(`${proven}A`),
    `Zerohop_Session=${proven}`,
    named(issueToken(alice, { ...otherKey, kid: "unknown" })),
    named(issueToken(alice, key, "zerohop-basic+jwt")),
    `${named(sign(mona))}; ${one}`,
    named(sign(alice, { groups: { sha512: "" } })),
  ];
  return [
    anonymous,
    ...proving.map((cookie) => ({ cookie, hasSession: true })),
    ...worthless.map((cookie) => ({ cookie, hasSession: false })),
  ];
}

/** Of a session whose lease has run out, which the host has to be asked about. */
function lapsedCookie({ alice, key }: Sessions): Cookie {
  const past = { iat: alice.iat - 300, exp: alice.iat - 240 };
  return { cookie: `zerohop_session=${issueToken({ ...alice, ...past }, key)}`, hasSession: true };
}

/** Their signatures are looked at, of which a gate lets itself be made to check only so many a second. */
function forgedCookies({ alice, key, otherKey }: Sessions): readonly Cookie[] {
  const forged = `zerohop_session=${issueToken(alice, { ...otherKey, kid: key.kid })}`;
  const real = `zerohop_session=${issueToken(alice, key)}`;
  const eight = Array.from({ length: 8 }, (_, i) =>
    issueToken({ ...alice, auth_time: i }, { ...otherKey, kid: key.kid }),
  )
    .map((token) => `zerohop_session=${token}; `)
    .join("");
  return [
    { cookie: forged, hasSession: false },
    { cookie: `${forged}; ${real}`, hasSession: true },
    { cookie: eight + real, hasSession: false },
  ];
}

/** Of somebody who has signed in with a provider, which travels among the groups; and what only looks as if they had. */
function sourceCookies({ alice, mona, key }: Sessions): readonly Cookie[] {
  const cookie = (claims: SessionClaims) => `zerohop_session=${issueToken(claims, key)}`;
  const groups = alice.groups as readonly string[];
  const by = (...more: readonly string[]) => cookie({ ...alice, groups: [...groups, ...more] });
  return [
    anonymous,
    ...[
      cookie(alice),
      by("source:company"),
      by("source:other"),
      by("source:other", "source:company"),
      cookie({ ...alice, level: 2, amr: ["fed", "mfa"], groups: [...groups, "source:company"] }),
      cookie({ ...alice, groups: ["source:company"] }),
      ...["source:", "source:company ", "Source:company", "source:companyx", "xsource:company"].map((one) => by(one)),
      cookie(mona),
    ].map((one) => ({ cookie: one, hasSession: true })),
  ];
}

type Credentials = Pick<TableRequest, "authorization" | "proxyAuthorization">;

const credentials: readonly Credentials[] = [
  {},
  ...[
    alice,
    wrong,
    alice!.replace("Basic ", "bASIC   "),
    "Basic",
    "Basic !",
    "Basically no",
    "Bearer x",
    "Token abc",
    'MediaBrowser Client="x", Token="y"',
    'Digest username="alice"',
    "Negotiate YII=",
    "AWS4-HMAC-SHA256 Credential=x",
  ].map((authorization) => ({ authorization })),
  ...[alice, wrong, "Negotiate YII="].map((proxyAuthorization) => ({ proxyAuthorization })),
  { authorization: "Bearer x", proxyAuthorization: alice },
];

const page = "text/html,application/xhtml+xml,*/*;q=0.8";
const accepts = [
  undefined,
  page,
  "*/*",
  ", */*",
  "application/json",
  "application/json, */*",
  "application/json, text/html;q=0",
  "TEXT/HTML",
  "text/*",
];
const scripts = [undefined, "XMLHttpRequest", "xmlhttprequest"];
const fetchModes = [undefined, "navigate", "cors", "no-cors", "websocket", "navigate, cors", "Navigate", ""];
const fetchDests = [undefined, "document", "iframe", "empty", "image", "empty, document", "nowhere"];
const referers = [
  undefined,
  "",
  ...["/edit?a=b", "", "//evil.example/", "@evil.example/", ".evil.example/", "/a\\b", "/\xe4", "/a#b"].map(
    (rest) => `https://app.example.com${rest}`,
  ),
  "https://APP.example.com/edit",
  "https://other.example.com/edit",
  "http://app.example.com/edit",
];
const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND", "M-SEARCH", "VERSION-CONTROL"];
const authorities = [
  ...["app", "APP", "dav", "own", "admin", "closed", "lan", "far", "auth"].map((name) => `${name}.example.com`),
  ...["app.example.com:8443", "app.example.com:99999", "app.example.com.", "example.com", "app..example.com"],
  ...["app.example.net", "notexample.com", "a@app.example.com", "a_b.example.com", "[::1]", "auth.example.com:8443"],
];
const paths = [
  ...["/", "/open/", "/open/a", "/open", "/%6fpen/a", "/open%2fa", "/open/../a", "/a/../open/", "//open/a", "/open//a"],
  ...[
    "/open/%2e%2e/a",
    "/open/.%2e/a",
    "/open\\..\\a",
    "/open/a;b=c",
    "/open;x/a",
    "/open/%00",
    "/open/%zz",
    "/open/%2561",
  ],
  ...["/open/a%2fb", "/open/%2F/a", "/open%2f..%2fa", "/open/..%5ca", "/open%5ca", "/open/a%2520b", "/ope%256e/a"],
  ...["/a%2Fb;c", "/a;b%2Fc", "/C%23%2Fx", "/%2Fopen/a", "/a//%2fb", "/search%2F?q=1"],
  ...["/open/a%252Fb", "/open%252Fa", "/open/;a", "/;a", "/a;b/open/", "/open/a;b/c", "/open;/a"],
  ...[
    "/search?q=1",
    "/search?q=1&r=%2F..",
    "/search",
    "/search?",
    "?q=1",
    "/open/\xc3\xa4",
    "/open/\xe4",
    "/open/a?b#c",
  ],
  `/${"a".repeat(3000)}`,
];

/** Every request of the table. */
export function requests(sessions: Sessions): readonly TableRequest[] {
  const base = { method: "GET", path: "/a?b=c", accept: page };
  const host = (name: string) => ({ ...base, authority: `${name}.example.com` });
  const [withSession] = cookies(sessions).filter(({ hasSession }) => hasSession);
  const allCookies = [...cookies(sessions), lapsedCookie(sessions)];
  return [
    ...product(["public", "app", "own", "dav", "admin", "many"].map(host), allCookies, credentials),
    ...product(["company", "both", "app"].map(host), sourceCookies(sessions), [{}, { authorization: alice }]),
    ...product(["app", "dav"].map(host), forgedCookies(sessions), [{}, { authorization: alice }]),
    ...product(
      [host("app")],
      [anonymous],
      methods.map((method) => ({ method })),
      accepts.map((accept) => ({ accept })),
      scripts.map((requestedWith) => ({ requestedWith })),
    ),
    ...product(
      [host("app"), host("closed")],
      [anonymous],
      [undefined, "*/*", page].map((accept) => ({ accept })),
      fetchModes.map((fetchMode) => ({ fetchMode })),
      fetchDests.map((fetchDest) => ({ fetchDest })),
    ),
    ...product(
      [host("app")],
      [anonymous],
      ["GET", "POST"].map((method) => ({ method })),
      [{}, { fetchMode: "navigate" }, { fetchMode: "cors" }, { fetchMode: "navigate", purpose: "prefetch;prerender" }],
      referers.map((referer) => ({ referer })),
    ),
    // Whose session is not enough for what a form was sent to.
    ...product(
      [host("admin")],
      [withSession!],
      ["POST", "PUT"].map((method) => ({ method })),
      [{}, { fetchMode: "navigate" }, { fetchMode: "cors" }],
      referers.map((referer) => ({ referer: referer?.replace(/app/i, "admin") })),
    ),
    ...product(
      [host("files")],
      [anonymous, withSession!],
      paths.map((path) => ({ path })),
    ),
    ...product(
      authorities.map((authority) => ({ ...base, authority })),
      [anonymous, withSession!],
      [{}, { authorization: alice }],
    ),
    ...mixtures(
      600,
      ["public", "app", "own", "dav", "admin", "many", "files", "lan", "company"].map(host),
      [...cookies(sessions), ...sourceCookies(sessions)],
      credentials,
      ["/", ...paths].map((path) => ({ path })),
      ["GET", "GET", ...methods].map((method) => ({ method })),
      accepts.map((accept) => ({ accept })),
      scripts.map((requestedWith) => ({ requestedWith })),
      [undefined, undefined, ...fetchModes].map((fetchMode) => ({ fetchMode })),
      [undefined, undefined, ...fetchDests].map((fetchDest) => ({ fetchDest })),
      referers.map((referer) => ({ referer })),
    ),
  ];
}

/** So many requests that have one value of each list, the same ones every time: what differs only where several things come together. */
function mixtures(count: number, ...lists: readonly (readonly Partial<TableRequest>[])[]): TableRequest[] {
  let state = 1;
  // Lehmer's generator, with the constants of Park and Miller.
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  const mix = () => Object.assign({}, ...lists.map((list) => list[next() % list.length])) as TableRequest;
  return Array.from({ length: count }, mix);
}

/** Each value of the first list with each of the others. */
function product(...lists: readonly (readonly Partial<TableRequest>[])[]): TableRequest[] {
  return lists.reduce<Partial<TableRequest>[]>(
    (whole, list) => whole.flatMap((one) => list.map((other) => ({ ...one, ...other }))),
    [{}],
  ) as TableRequest[];
}

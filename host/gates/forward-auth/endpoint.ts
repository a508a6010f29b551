// The forward-auth endpoints: by which of them a request came, and how they differ. The contract is Authelia's.
import { remember } from "./remember.ts";
import type { RequestHeaders } from "./request-headers.ts";

/** How an endpoint says that a login is needed: by sending the browser there, or by 401 whoever asks. */
export type LoginAnswer = "redirect" | "unauthorized";

export interface Endpoint {
  /** The methods it takes itself, or undefined for any. */
  readonly methods: readonly string[] | undefined;
  readonly login: LoginAnswer;
  /** The status for a request that cannot be decided. */
  readonly refusal: 400 | 401;
  /** The status for a wrong Proxy-Authorization; the header goes by it (RFC 9110, sections 11.6.1 and 11.7.1). */
  readonly proxyChallenge: 401 | 407;
  /** Whether the portal is the configured one when the request names none; else nobody is sent anywhere. */
  readonly hasPortal: boolean;
  /** The parameter of the endpoint's own URL that names another portal. */
  readonly portalParameter: "authelia_url" | "rd" | undefined;
  /** Whether X-Authelia-URL names one. Where the proxy sends its client's headers along, that would be the client's. */
  readonly readsPortalHeader: boolean;
  /**
   * How a proxy is told which of the client's credentials go on to the backend (onward.ts). "removed": it lays the headers of a 200
   * over its client's, passes on those that are not among them, and removes those that it is told to.
   */
  readonly onward: "echoed" | "named" | "removed";
  /** Whether the target is told in headers, X-Original-* or X-Forwarded-*, so that a client may send those that the proxy does not. */
  readonly hearsBoth: boolean;
  /** What its proxy is to be set up with, so that rules can go by the client's address. */
  readonly addressHint: string;
  /** The target as it is told, which is the core's to judge. */
  readonly target: (headers: RequestHeaders, method: string, rest: string) => RawTarget;
}

export interface RawTarget {
  readonly method: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  /** Path and query as they are told, which may be empty. */
  readonly uri: string;
}

/** Path and query in origin form: an empty path is `/`. */
export function originForm(uri: string): string {
  return uri === "" || uri.startsWith("?") ? `/${uri}` : uri;
}

const reading = ["GET", "HEAD"];
const forwardedFor = "have the proxy set X-Forwarded-For to the client's address";

const forwardAuth: Endpoint = {
  methods: reading,
  login: "redirect",
  refusal: 400,
  proxyChallenge: 407,
  hasPortal: true,
  portalParameter: "authelia_url",
  readsPortalHeader: false,
  onward: "echoed",
  hearsBoth: true,
  addressHint: forwardedFor,
  target: (headers) => forwarded(headers, headers["x-forwarded-method"]),
};

const authRequest: Endpoint = {
  methods: reading,
  login: "unauthorized",
  refusal: 400,
  proxyChallenge: 401,
  hasPortal: true,
  portalParameter: "authelia_url",
  readsPortalHeader: false,
  onward: "named",
  hearsBoth: true,
  addressHint: forwardedFor,
  target: (headers) => original(headers, headers["x-original-method"]),
};

const extAuthz: Endpoint = {
  methods: undefined,
  login: "redirect",
  refusal: 400,
  proxyChallenge: 407,
  hasPortal: true,
  portalParameter: undefined,
  readsPortalHeader: true,
  onward: "removed",
  hearsBoth: false,
  addressHint:
    "add X-Forwarded-For with the value %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% to headers_to_add of ext_authz' " +
    "authorization_request, and set use_remote_address",
  target: (headers, method, rest) => ({
    method,
    scheme: headers["x-forwarded-proto"],
    authority: headers.host,
    uri: rest,
  }),
};

const verify: Endpoint = {
  methods: undefined,
  login: "redirect",
  refusal: 401,
  proxyChallenge: 401,
  hasPortal: false,
  portalParameter: "rd",
  readsPortalHeader: true,
  onward: "named",
  hearsBoth: true,
  addressHint: forwardedFor,
  target(headers, ownMethod) {
    const method = headers["x-forwarded-method"];
    if (headers["x-original-url"] === undefined) return forwarded(headers, method ?? ownMethod);
    return original(headers, method ?? headers["x-original-method"] ?? ownMethod);
  },
};

function forwarded(headers: RequestHeaders, method: string | undefined): RawTarget {
  const uri = headers["x-forwarded-uri"] ?? "";
  return { method, scheme: headers["x-forwarded-proto"], authority: headers["x-forwarded-host"], uri };
}

/** What X-Original-URL tells; nothing but the method where it is no URL. */
export function original(headers: RequestHeaders, method: string | undefined): RawTarget {
  const url = headers["x-original-url"] ?? "";
  const colon = url.indexOf("://");
  if (colon < 0) return { method, scheme: undefined, authority: undefined, uri: "" };
  const slash = url.indexOf("/", colon + 3);
  const end = slash < 0 ? url.length : slash;
  return { method, scheme: url.slice(0, colon), authority: url.slice(colon + 3, end), uri: url.slice(end) };
}

/**
 * Whether Basic credentials in Authorization are for this endpoint, and no application's: /api/verify takes them only where its proxy
 * is set up to have them asked for.
 */
export function takesAuthorization({ endpoint, query }: Pick<EndpointRequest, "endpoint" | "query">): boolean {
  return endpoint.hasPortal || parametersOf(query).get("auth") === "basic";
}

/** The parameters of an endpoint's own query. Proxies are configured with a few. */
export const parametersOf = remember((query) => new URLSearchParams(query), 256);

/** Which endpoint a proxy's request is for, and what its URL says besides. */
export interface EndpointRequest {
  readonly endpoint: Endpoint;
  /** For ext-authz, what comes after the prefix: the target's path and query. */
  readonly rest: string;
  /** The query string of the endpoint's own URL. */
  readonly query: string;
}

const extAuthzPrefix = "/api/authz/ext-authz";

/** Whether a request target may be an endpoint's; quick, for every request passes here. */
export function mayBeEndpoint(url: string): boolean {
  return url.startsWith("/api/authz/") || url.startsWith("/api/verify");
}

/** The endpoint that a request target names, if any. */
export function endpointOf(url: string): EndpointRequest | undefined {
  if (url === extAuthzPrefix || url.startsWith(`${extAuthzPrefix}/`)) {
    const rest = url.slice(extAuthzPrefix.length);
    // Proxies put the prefix before the path, with its final slash (as Authelia's documentation has it) or without.
    return { endpoint: extAuthz, rest: rest.startsWith("//") ? rest.slice(1) : rest, query: "" };
  }
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  switch (path) {
    case "/api/authz/forward-auth":
      return { endpoint: forwardAuth, rest: "", query };
    case "/api/authz/auth-request":
      return { endpoint: authRequest, rest: "", query };
    case "/api/verify":
      return { endpoint: verify, rest: "", query };
    default:
      return undefined;
  }
}

// Credentials in a header: Basic (RFC 7617), in Authorization or, for a proxy that keeps it apart, in Proxy-Authorization.
import type { Asked } from "./endpoint.ts";
import type { Identity } from "./identity.ts";
import type { RequestHeaders } from "./request-headers.ts";

/**
 * Checks the base64 part of a Basic credential, exactly as the client sent it, for a cookie domain and the client's
 * address (empty when it is not known). "unavailable": nothing can be said about it just now.
 */
export type VerifyBasic = (
  base64: string,
  domain: string,
  address: string,
) => Promise<Identity | "refused" | "unavailable">;

export interface Credential {
  readonly header: "authorization" | "proxy";
  /** The base64 part; undefined when it is another scheme. */
  readonly basic: string | undefined;
}

/**
 * The credential that a request is to be decided by, before any cookie. A Bearer token is none of ours and is left to the
 * backend. /api/verify takes Authorization only with `auth=basic`, and then asks for it.
 */
export function credentialOf({ endpoint, query }: Asked, headers: RequestHeaders): Credential | undefined {
  if (!endpoint.hasPortal)
    return takesAuthorization({ endpoint, query })
      ? (read("authorization", headers.authorization) ?? { header: "authorization", basic: undefined })
      : read("proxy", headers["proxy-authorization"]);
  return read("proxy", headers["proxy-authorization"]) ?? read("authorization", headers.authorization);
}

/** Whether a Basic credential in Authorization is for this endpoint, and no application's. */
export function takesAuthorization({ endpoint, query }: Pick<Asked, "endpoint" | "query">): boolean {
  return endpoint.hasPortal || (query !== "" && new URLSearchParams(query).get("auth") === "basic");
}

/** Whether a header's value holds Basic credentials, be they right or wrong. */
export function isBasic(value: string | undefined): boolean {
  return value !== undefined && /^[ \t]*basic(?:[ \t]|$)/i.test(value);
}

function read(header: Credential["header"], value: string | undefined): Credential | undefined {
  if (!value) return undefined;
  const [, scheme = "", rest = ""] = /^ *([^ ]*) *(.*)$/s.exec(value) ?? [];
  switch (scheme.toLowerCase()) {
    case "basic":
      return { header, basic: rest };
    case "bearer":
      return undefined;
    default:
      return { header, basic: undefined };
  }
}

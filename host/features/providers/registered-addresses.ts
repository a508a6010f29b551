// The portal's addresses that a provider has registered.
import type { RequestContext } from "../../http/environment.ts";
import type { ProviderConfig } from "./config.ts";

/** Each provider has its own, so that an answer of one is not taken for another's. */
export function redirectUri(c: RequestContext, { id }: Pick<ProviderConfig, "id">): string {
  return `${c.get("cookieDomain").portalUrl}/login/provider/${id}/callback`;
}

export function loggedOutUri(c: RequestContext, { id }: Pick<ProviderConfig, "id">): string {
  return `${c.get("cookieDomain").portalUrl}/login/provider/${id}/logged-out`;
}

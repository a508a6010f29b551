// What the host's configuration says that a proxy's has to be in keeping with.
import { remoteHeaders } from "./identity-headers.ts";

export interface Site {
  /** Every header that tells applications who somebody is: `Remote-User` and the like, and those that the configuration names. */
  readonly identityHeaders: readonly string[];
  readonly sessionCookie: string;
  /** The hosts of the portals, in lower case; none where the configuration is not in view. */
  readonly portalHosts: readonly string[];
  /** The CIDRs of `server.trusted_proxies` and of `gate.trusted_proxies`; undefined where the configuration is not in view. */
  readonly trustedProxies: { readonly host: readonly string[]; readonly gate: readonly string[] } | undefined;
}

/** What holds for every host that is not told otherwise. */
export const anySite: Site = {
  identityHeaders: remoteHeaders,
  sessionCookie: "zerohop_session",
  portalHosts: [],
  trustedProxies: undefined,
};

/** What is wrong with a gate that does not know proxies of the configuration. */
export function unknownProxies(networks: readonly string[]): string {
  return `gate.trusted_proxies has ${networks.join(", ")}, which this gate does not know, so whoever comes through them has their address, and rules with networks see that: name them in its trusted_proxies, as zerohop gate config does`;
}

// Requests for the portal's own host are let in undecided, for people log in there: whatever a route with the gate leads them to instead is
// open to everybody under that name.
import type { Entry } from "../entry.ts";
import { chosenFor } from "../portal-name.ts";
import type { Observation } from "./observation.ts";

/** A part of an object by which requests come in. */
export interface Entrance {
  readonly title: string;
  readonly at: Entry;
  /** Its hosts: `*.example.com` for all that end so, `*` or none for every one. */
  readonly names: readonly string[];
  /** Whether a gate is in front of it that decides about a host. */
  readonly isGated: (host: string) => boolean;
  /** Whether all of it leads to the portal. */
  readonly isPortal: boolean;
}

export function observePortalHosts(entrances: readonly Entrance[], portalHosts: readonly string[]): Observation[] {
  return portalHosts.flatMap((host) => {
    const own = entrances.filter(({ names }) => names.some((name) => name.toLowerCase() === host));
    const covering = chosenFor(host, entrances, ({ names }) => (names.length === 0 ? [""] : names));
    return (own.length > 0 ? own : covering ? [covering] : [])
      .filter(({ isGated, isPortal }) => isGated(host) && !isPortal)
      .map(
        ({ title, at }): Observation =>
          own.length > 0
            ? {
                rule: "kubernetes-portal-host",
                at,
                message: `${title} gets requests for ${host}, which are the portal's and decided by nobody: lead them to the host, and this elsewhere`,
              }
            : {
                rule: "kubernetes-gate-unseen",
                at,
                message: `${title} gets requests for ${host} as well, which are the portal's and decided by nobody, unless the portal has an object for that name, which was not given: put it beside this, and run zerohop lint on both`,
              },
      );
  });
}

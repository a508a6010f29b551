// What tells the portal where nothing that asks it is in view: a file of a folder that others include shows no more than that.

/** Whether a service, a backend or a host is called as the portal is. */
export function isPortalName(name: string): boolean {
  return /^((be|fe|backend)[_-])?(zerohop|authelia)([_-](host|portal|proxy|agent|service|svc|server|backend|frontend))?$/i.test(
    name,
  );
}

/**
 * The servers of the host: those that are known by what asks them, or otherwise those that the portal's own host is served from, where the
 * host's configuration says which that is.
 */
export function portalsFrom(known: ReadonlySet<string>, ofPortalHosts: readonly string[]): ReadonlySet<string> {
  return known.size > 0 ? known : new Set(ofPortalHosts);
}

/** Of names that servers have (`app.example.com`, `*.example.com`, `.example.com`, `*` or none) the one that is chosen for a host. */
export function chosenFor<Named>(
  host: string,
  all: readonly Named[],
  namesOf: (one: Named) => readonly string[],
): Named | undefined {
  const rank = (name: string) => {
    if (name === host) return host.length + 1;
    const end = name.replace(/^\*?\./, "");
    if (end === name) return name === "*" || name === "" ? 0 : -1;
    return host.endsWith(`.${end}`) ? end.length : -1;
  };
  const ranked = all.map((one) => ({
    one,
    rank: Math.max(-1, ...namesOf(one).map((name) => rank(name.toLowerCase()))),
  }));
  const best = ranked.reduce<(typeof ranked)[number] | undefined>(
    (found, one) => (one.rank > (found?.rank ?? -1) ? one : found),
    undefined,
  );
  return best?.one;
}

/** Whether it may well be the portal: by its port, or by a name that people give one. */
export function mayBePortal(authority: string | undefined, names: readonly string[]): boolean {
  return (
    authority?.endsWith(":9091") === true || names.some((name) => /^(auth|login|sso|portal|id|accounts?)\./i.test(name))
  );
}

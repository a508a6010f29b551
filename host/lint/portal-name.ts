// What tells the portal where nothing that asks it is in view: a file of a folder that others include shows no more than that.

/** Whether a service, a backend or a host is called as the portal is. */
export function isPortalName(name: string): boolean {
  return /^((be|fe|backend)[_-])?(zerohop|authelia)([_-](host|portal|proxy|agent|service|svc|server|backend|frontend))?$/i.test(
    name,
  );
}

/** Whether it may well be the portal: by its port, or by a name that people give one. */
export function mayBePortal(authority: string | undefined, names: readonly string[]): boolean {
  return (
    authority?.endsWith(":9091") === true || names.some((name) => /^(auth|login|sso|portal|id|accounts?)\./i.test(name))
  );
}

// Headers that have the same part in every proxy's configuration.

/** Of a visitor's headers those that the host's answer depends on. */
export const askedHeaders = [
  ...["Accept", "Authorization", "Cookie", "Proxy-Authorization", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode"],
  ...["Sec-Purpose", "User-Agent", "X-Requested-With"],
] as const;

/** Who somebody is, to every application. */
export const remoteHeaders = ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"] as const;

/** Some frameworks take host, path or client from these, behind the back of the rules. */
export const misleadingHeaders = [
  ...["Forwarded", "X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Port", "X-Forwarded-Prefix"],
  ...["X-Forwarded-Server", "X-Forwarded-Uri", "X-Original-Uri", "X-Original-Url", "X-Rewrite-Url", "X-Real-Ip"],
] as const;

/** Other portals name their users in these. */
const portalsHeaders = [
  ...["X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Email", "X-Forwarded-Preferred-Username"],
] as const;

/** Those of other portals' headers that applications are not told in. */
export function othersHeaders(identityHeaders: readonly string[]): readonly string[] {
  const own = identityHeaders.map((name) => name.toLowerCase());
  return portalsHeaders.filter((name) => !own.includes(name.toLowerCase()));
}

/** What no visitor's request has behind a proxy that takes headers away by name, in their order. */
export function removedHeaders(identityHeaders: readonly string[]): readonly string[] {
  return [...misleadingHeaders, ...othersHeaders(identityHeaders), "HTTP2-Settings"].toSorted();
}

/** A header's name in that of a variable. */
export function underscored(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

// The headers that tell a backend who a visitor is, as every proxy's rules ask about them. A site may have more of them.

export const remoteHeaders = ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"] as const;

/** Whether a header is one of them, in whatever case. */
export function isOneOf(headers: readonly string[], name: string | undefined): boolean {
  return headers.some((header) => header.toLowerCase() === name?.toLowerCase());
}

/** Those of a client that get through, where only the ones that `isStripped` knows (in lower case) do not. */
export function headersLeft(headers: readonly string[], isStripped: (header: string) => boolean): string[] {
  return headers.filter((header) => !isStripped(header.toLowerCase()));
}

/** A finding's first words about them. */
export function clientsOwn(headers: readonly string[]): string {
  return `a client's own ${headers.join(", ")} reaches the backend`;
}

// The entries of `domain`: which hosts they are about, and when one of them is about every host that another is about.

export interface DomainPattern {
  readonly kind: "literal" | "wildcard" | "user" | "group";
  /** The host, or what follows `*`, `{user}` or `{group}`; lower case. */
  readonly text: string;
}

export function parseDomain(entry: string): DomainPattern {
  const domain = entry.toLowerCase();
  if (entry.startsWith("*.")) return { kind: "wildcard", text: domain.slice(1) };
  if (entry.startsWith("{user}")) return { kind: "user", text: domain.slice("{user}".length) };
  if (entry.startsWith("{group}")) return { kind: "group", text: domain.slice("{group}".length) };
  return { kind: "literal", text: domain };
}

/** Whether a host can match, for somebody. */
export function mayHold({ kind, text }: DomainPattern, host: string): boolean {
  if (kind === "literal") return host === text;
  return host.length > text.length && host.endsWith(text);
}

/**
 * Whether `outer` matches wherever `inner` does, for everybody. A placeholder is about one host for each person but about
 * all of them for the anonymous, so that only a wildcard or the same placeholder contains it.
 */
export function contains(outer: DomainPattern, inner: DomainPattern): boolean {
  if (outer.kind !== "wildcard") return outer.kind === inner.kind && outer.text === inner.text;
  if (inner.kind === "literal") return mayHold(outer, inner.text);
  return inner.text.endsWith(outer.text);
}

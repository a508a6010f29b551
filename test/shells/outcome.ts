// What becomes of a request, in words that all shells share.

export interface Outcome {
  readonly kind: "allowed" | "login" | "challenge" | "denied" | "refused";
  /** Of a login or a challenge. */
  readonly status?: number;
  readonly location?: string | undefined;
  /** Remote-User, -Groups, -Name and -Email as the backend gets them; undefined when it gets none. */
  readonly identity?: readonly string[] | undefined;
  /** The credentials that go on to the backend. */
  readonly onward?: readonly ("authorization" | "proxy-authorization")[];
  /** The Cookie that goes on. An endpoint's answer does not say. */
  readonly cookie?: string | undefined;
}

type Read = (name: string) => string | undefined;

export const identityNames = ["remote-user", "remote-groups", "remote-name", "remote-email"];
export const credentialNames = ["authorization", "proxy-authorization"] as const;

/** The headers of the identity; undefined when nobody is named. */
export function identityIn(read: Read): readonly string[] | undefined {
  const values = identityNames.map((name) => read(name) ?? "");
  return values.every((value) => value === "") ? undefined : values;
}

/** A request that the backend got with these headers. */
export function allowed(read: Read): Outcome {
  const onward = credentialNames.filter((name) => read(name) !== undefined);
  return { kind: "allowed", identity: identityIn(read), onward, cookie: read("cookie") };
}

/** An answer in place of the backend's. */
export function answered(status: number, read: Read): Outcome {
  const location = read("location");
  if (location !== undefined) return { kind: "login", status, location };
  if (read("www-authenticate") ?? read("proxy-authenticate")) return { kind: "challenge", status };
  return { kind: status === 403 ? "denied" : "refused" };
}

// Who is logged in, as the policy and the backend get to know it.
import type { Subject } from "../../core/policy.ts";
import type { SessionClaims } from "../../session/token.ts";

export interface Identity extends Subject {
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
}

export function identityOf(claims: SessionClaims): Identity {
  const { sub, groups, level, amr, auth_time, name, email } = claims;
  return { name: sub, groups, level, amr, authTime: auth_time, displayName: name, email };
}

/** Whether a name can stand in a header: a blank at either end would be trimmed on the way. */
export function isHeaderName(text: string): boolean {
  return text !== "" && !/[\x00-\x1f\x7f]|^ | $/.test(text);
}

/**
 * Remote-User, Remote-Groups, Remote-Name and Remote-Email, names and values in turn, one character a byte of UTF-8. All four
 * are told, empty where the user has no such value: what a proxy is not told may be left as the client sent it. What could become
 * another group or header downstream is left out of a value, as the gate does.
 */
export function identityHeaders({ name, groups, displayName, email }: Identity): readonly string[] {
  const list = groups.filter((group) => isHeaderName(group) && !group.includes(",")).join(",");
  return [
    ...["Remote-User", bytesOf(name), "Remote-Groups", headerValue(list)],
    ...["Remote-Name", headerValue(displayName), "Remote-Email", headerValue(email)],
  ];
}

function headerValue(text: string | undefined): string {
  return text === undefined || /[\x00-\x1f\x7f]/.test(text) ? "" : bytesOf(text);
}

const identityNames = ["user", "groups", "name", "email"];
/** The bytes beside letters and digits that a header's name can have (RFC 9110, section 5.6.2). */
const separators = [..."-!#$%&'*+.^_`|~"];

/**
 * Every name that a backend may read as one of these headers, comma-separated, as Envoy is told to remove them from the client's
 * request: with the hyphen, or with any other separator, which CGI and its like fold into the same variable.
 */
export const identityHeaderNames = namesWith(separators);
export const identityHeaderAliases = namesWith(separators.slice(1));

function namesWith(between: readonly string[]): string {
  return between.flatMap((separator) => identityNames.map((name) => `remote${separator}${name}`)).join(",");
}

/** node:http writes each character of a header as one byte. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

// Who is logged in, as the policy and the backend get to know it.
import type { Subject } from "../core/policy.ts";
import type { SessionClaims } from "../session/token.ts";

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
 * Remote-User, Remote-Groups, Remote-Name and Remote-Email, names and values in turn, one character a byte of UTF-8. What
 * could become another group or header downstream is left out, as the gate does.
 */
export function identityHeaders({ name, groups, displayName, email }: Identity): readonly string[] {
  const lines = ["Remote-User", bytesOf(name)];
  const list = groups.filter((group) => isHeaderName(group) && !group.includes(",")).join(",");
  for (const [header, value] of [
    ["Remote-Groups", list],
    ["Remote-Name", displayName],
    ["Remote-Email", email],
  ] as const)
    if (value && !/[\x00-\x1f\x7f]/.test(value)) lines.push(header, bytesOf(value));
  return lines;
}

/** node:http writes each character of a header as one byte. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

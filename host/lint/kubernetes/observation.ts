// What the readers of Kubernetes objects find. The rule's id is one of these; docs/lint.md has a paragraph about each.
import type { Entry } from "../entry.ts";
import type { Severity } from "../rule.ts";

export const severities = {
  "kubernetes-gate-missing": "error",
  "kubernetes-gate-unseen": "unknown",
  "kubernetes-gate-overridden": "error",
  "kubernetes-gate-partial": "error",
  "kubernetes-portal-host": "error",
  "kubernetes-other-host": "error",
  "kubernetes-fail-open": "error",
  "kubernetes-fail-closed": "warning",
  "kubernetes-endpoint": "error",
  "kubernetes-identity-headers": "error",
  "kubernetes-question": "warning",
  "kubernetes-auth-cache": "warning",
  "kubernetes-plugin-config": "error",
  "kubernetes-wasm-order": "warning",
  "kubernetes-wasm-digest": "warning",
} as const satisfies Readonly<Record<string, Severity>>;

export interface Observation {
  readonly rule: keyof typeof severities;
  readonly at: Entry;
  readonly part?: "key" | "value";
  readonly message: string;
}

/** What the host needs of a request and does not get; `isAsked` takes names in lower case, and `key` lists those that are sent. */
export function unaskedHeaders(from: Entry, key: string, isAsked: (name: string) => boolean): readonly Observation[] {
  const unasked = ["Cookie", "X-Forwarded-For", "X-Forwarded-Proto"].filter((name) => !isAsked(name.toLowerCase()));
  if (unasked.length === 0) return [];
  const message = `the host does not get ${unasked.join(", ")}, so it knows no session, or no address for rules with networks: add to ${key}`;
  return [{ rule: "kubernetes-question", at: from.get(key), message }];
}

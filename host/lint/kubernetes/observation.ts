// What the readers of Kubernetes objects find. The rule's id is one of these; docs/lint.md has a paragraph about each.
import type { Entry } from "../entry.ts";
import type { Severity } from "../rule.ts";

export const severities = {
  "kubernetes-gate-missing": "error",
  "kubernetes-gate-unseen": "unknown",
  "kubernetes-gate-overridden": "error",
  "kubernetes-gate-partial": "error",
  "kubernetes-fail-open": "error",
  "kubernetes-fail-closed": "warning",
  "kubernetes-endpoint": "error",
  "kubernetes-identity-headers": "error",
  "kubernetes-question": "warning",
  "kubernetes-auth-cache": "warning",
  "kubernetes-plugin-config": "error",
  "kubernetes-wasm-order": "warning",
} as const satisfies Readonly<Record<string, Severity>>;

export interface Observation {
  readonly rule: keyof typeof severities;
  readonly at: Entry;
  readonly part?: "key" | "value";
  readonly message: string;
}

/** The portal's own service, where nothing that asks it is in view. */
export const portalName = /^(zerohop|authelia)([_-](host|portal))?$/;

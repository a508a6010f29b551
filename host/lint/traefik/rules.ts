// What in a Traefik configuration opens a way around the gate, be it forwardAuth or the plugin. docs/lint.md has a
// paragraph about each rule.
import type { Rule } from "../rule.ts";
import type { TraefikConfig } from "./config.ts";
import { backendRules } from "./rules/backend.ts";
import { entryPointRules } from "./rules/entry-points.ts";
import { forwardAuthRules } from "./rules/forward-auth.ts";
import { presenceRules } from "./rules/presence.ts";

export const traefikRules: readonly Rule<TraefikConfig>[] = [
  ...presenceRules,
  ...forwardAuthRules,
  ...backendRules,
  ...entryPointRules,
];

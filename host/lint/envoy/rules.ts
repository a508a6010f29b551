// What in an Envoy configuration opens a way around the gate. docs/lint.md has a paragraph about each rule.
import type { Rule } from "../rule.ts";
import type { EnvoyConfig } from "./config.ts";
import { forwardAuthRules } from "./rules/forward-auth.ts";
import { moduleRules } from "./rules/module.ts";
import { presenceRules } from "./rules/presence.ts";
import { requestRules } from "./rules/request.ts";
import { surroundingRules } from "./rules/surroundings.ts";

export const envoyRules: readonly Rule<EnvoyConfig>[] = [
  ...presenceRules,
  ...requestRules,
  ...moduleRules,
  ...forwardAuthRules,
  ...surroundingRules,
];

// What in an nginx configuration opens a way around the gate, be it auth_request or the module of ngx_wasm_module.
// docs/lint.md has a paragraph about each rule.
import { missingFileRule } from "../included-files.ts";
import type { Rule } from "../rule.ts";
import type { NginxConfig } from "./config.ts";
import { authLocationRules } from "./rules/auth-location.ts";
import { backendRules } from "./rules/backend.ts";
import { moduleRules } from "./rules/module.ts";
import { presenceRules } from "./rules/presence.ts";
import { requestRules } from "./rules/request.ts";

export const nginxRules: readonly Rule<NginxConfig>[] = [
  ...presenceRules,
  ...requestRules,
  ...backendRules,
  ...authLocationRules,
  ...moduleRules,
  missingFileRule(
    "nginx-include-missing",
    "run zerohop lint where it is, or say where its folder is on this machine with --root /etc/nginx=DIR",
  ),
];

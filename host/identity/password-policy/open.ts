// The password policy that a config asks for.
import type { Config } from "../../app/config/config.ts";
import { PasswordPolicy } from "./policy.ts";

export function passwordPolicyOf({ passwordPolicy, session, portal }: Config): PasswordPolicy {
  const portals = session.cookies.flatMap(({ domain, portalUrl }) => [domain, new URL(portalUrl).hostname]);
  return new PasswordPolicy(passwordPolicy, [portal.name, ...portals]);
}

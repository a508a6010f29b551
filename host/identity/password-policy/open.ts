// The password policy that a config asks for.
import type { PasswordPolicyConfig } from "./config.ts";
import { PasswordPolicy } from "./policy.ts";

/** The names of the portal and of its domains are no passwords. */
export function passwordPolicyOf(config: {
  readonly passwordPolicy: PasswordPolicyConfig;
  readonly portal: { readonly name: string };
  readonly session: { readonly cookies: readonly { readonly domain: string; readonly portalUrl: string }[] };
}): PasswordPolicy {
  const { passwordPolicy, session, portal } = config;
  const portals = session.cookies.flatMap(({ domain, portalUrl }) => [domain, new URL(portalUrl).hostname]);
  return new PasswordPolicy(passwordPolicy, [portal.name, ...portals]);
}

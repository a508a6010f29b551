// Policies of any size, in which a request's rule stands early, late or nowhere.

export const domain = "example.com";
export const early = `app-0.${domain}`;
export const late = (rules: number) => `app-${rules - 1}.${domain}`;
export const absent = `elsewhere.${domain}`;

/** One rule for each host, the kinds of policy taking turns; with `regexes`, each has two resources expressions. */
export function policyOf(rules: number, regexes: boolean): object {
  const policies = ["one_factor", "bypass"] as const;
  return {
    default_policy: "deny",
    rules: Array.from({ length: rules }, (_, i) => ({
      domain: `app-${i}.${domain}`,
      policy: i === 0 || i === rules - 1 ? "one_factor" : policies[i % 2],
      ...(i % 2 === 0 || i === rules - 1 ? { subject: ["group:dev", "group:admins"] } : {}),
      ...(regexes ? { resources: [`^/api/v${i}([/?].*)?$`, "^/projects([/?].*)?$"] } : {}),
    })),
  };
}

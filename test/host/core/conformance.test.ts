// Decisions recorded from Authelia, which the core must come to as well. The recordings are not part of this repository; where
// they lie beside it, docs/conformance.md is held in step with them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadPolicy, Policy, PolicyError } from "../../../host/core/policy.ts";

interface Case {
  readonly name: string;
  readonly config: number;
  readonly request: { user: string; groups: string[]; method: string; url: string; ip: string };
  readonly expected_policy: string;
  /** Missing where the recording does not tell. */
  readonly matched_rule?: number;
}

const root = join(import.meta.dirname, "..", "..", "..");
const recordings = join(root, "..", "shared", "conformance", "access-control.json");

describe.skipIf(!existsSync(recordings))("the recorded decisions of Authelia (shared/conformance)", () => {
  const { configs, cases }: { configs: unknown[]; cases: Case[] } = existsSync(recordings)
    ? JSON.parse(readFileSync(recordings, "utf8"))
    : { configs: [], cases: [] };
  const policies = configs.map(load);
  const usable = cases.filter(({ config }) => policies[config] instanceof Policy);
  const stricter = usable.filter((recorded) => decide(recorded).outcome === "refuse");

  function decide({ config, request }: Case) {
    const { user, groups, method, url, ip } = request;
    const known = user !== "" || groups.length > 0;
    const subject = known ? { name: user, groups, level: 2 as const, amr: [], authTime: 0 } : undefined;
    return (policies[config] as Policy).decide({ method, url, address: ip, subject });
  }

  test("are come to here as well, by the same rule", () => {
    expect(cases).toHaveLength(372);
    const agreed = usable.filter((recorded) => !stricter.includes(recorded));
    expect(agreed).toHaveLength(318);
    for (const recorded of agreed) {
      const { policy, rule } = decide(recorded);
      expect({ name: recorded.name, policy, rule }).toEqual({
        name: recorded.name,
        policy: recorded.expected_policy,
        rule: recorded.matched_rule ?? rule,
      });
    }
  });

  test("of configurations that Authelia itself calls mistaken are not, for these are refused with a reason", () => {
    const refused = policies.flatMap((policy, config) =>
      policy instanceof PolicyError ? [{ config, path: policy.path, message: policy.message }] : [],
    );
    expect(refused).toEqual([
      { config: 0, path: [], message: "there are no rules; then default_policy must be one_factor or two_factor" },
      { config: 1, path: [], message: "there are no rules; then default_policy must be one_factor or two_factor" },
      { config: 18, path: ["rules", 0], message: "a rule needs a domain or a domain_regex" },
      {
        config: 19,
        path: ["rules", 3],
        message: "the policy bypass can't have a subject: it lets everybody in without a login",
      },
    ]);
    expect(cases.length - usable.length).toBe(35);
  });

  test("for paths that can be read in several ways are refusals here, each listed in docs/conformance.md", () => {
    const listed = readFileSync(join(root, "docs", "conformance.md"), "utf8").match(/`TestShould\w+#\d+`/g) ?? [];
    expect(stricter.map(({ name }) => `\`${name}\``)).toEqual(listed);
    expect(stricter).toHaveLength(19);
    for (const recorded of stricter) expect(decide(recorded).reason).toMatch(/^the path has /);
  });
});

function load(config: unknown): Policy | PolicyError {
  try {
    return loadPolicy(config);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

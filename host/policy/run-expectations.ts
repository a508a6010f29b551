// Puts the expectations of a file to its policy.

import type { AuthorizationRequest, Decision, Policy } from "../core/policy.ts";
import type { Clock } from "../kit/clock.ts";
import type { Expectation, Expected } from "./expectations.ts";

/** One request of an expectation, and what became of it. */
export interface Trial {
  readonly expectation: Expectation;
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
  /** What is expected and did not come; empty when the expectation holds. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly aspect: keyof Expected;
  readonly expected: string;
  readonly got: string;
}

/** Asks about every combination of an expectation's urls, methods and users. */
export function runExpectations(policy: Policy, expectations: readonly Expectation[], clock: Clock): Trial[] {
  return expectations.flatMap((expectation) =>
    requestsOf(expectation, clock).map((request) => {
      const decision = policy.decide(request);
      return { expectation, request, decision, differences: differencesOf(expectation.expected, decision) };
    }),
  );
}

/** The rules that no trial reached, from 1. */
export function unreachedRules(trials: readonly Trial[], ruleCount: number): number[] {
  const reached = new Set(trials.map(({ decision }) => decision.rule));
  return Array.from({ length: ruleCount }, (_, i) => i + 1).filter((rule) => !reached.has(rule));
}

function requestsOf(expectation: Expectation, clock: Clock): AuthorizationRequest[] {
  const { urls, methods, users, address, now = clock() } = expectation;
  return urls.flatMap((url) =>
    methods.flatMap((method) =>
      users.map((user) => {
        if (user === null) return { method, url, address, now };
        const { authTime, ...session } = expectation.sessionOf(user);
        const subject = { name: user, ...session, authTime: authTime > 0 ? authTime : now + authTime };
        return { method, url, address, now, subject };
      }),
    ),
  );
}

/** Everything that an expectation can speak of. A reason is that of a login or of a refusal. */
export function aspectsOf({ outcome, policy, rule, loginReason, reason }: Decision): Record<keyof Expected, string> {
  return { outcome, policy, rule: String(rule), reason: loginReason ?? reason };
}

function differencesOf(expected: Expected, decision: Decision): Difference[] {
  const got = aspectsOf(decision);
  return (Object.keys(expected) as (keyof Expected)[])
    .map((aspect) => ({ aspect, expected: String(expected[aspect]), got: got[aspect] }))
    .filter(({ expected, got }) => expected !== got);
}

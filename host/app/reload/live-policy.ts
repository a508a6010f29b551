// The policy that holds now. Whoever has it asks the newest, without having to be told of a change.
import type { AskedGroups, AuthorizationRequest, Decision, Explanation, Policy } from "../../core/policy.ts";

export class LivePolicy {
  #current: Policy;

  constructor(policy: Policy) {
    this.#current = policy;
  }

  /** The access_control section. */
  get section(): unknown {
    return this.#current.section;
  }

  /** As in Policy. */
  askedGroups(): AskedGroups | undefined {
    return this.#current.askedGroups();
  }

  replace(policy: Policy): void {
    this.#current = policy;
  }

  decide(request: AuthorizationRequest): Decision {
    return this.#current.decide(request);
  }

  explain(request: AuthorizationRequest): Explanation {
    return this.#current.explain(request);
  }
}

// All that is fuzzed, by name, and how large a part of the time each gets.
import type { Target } from "../target.ts";
import { bundles, claims, profiles } from "./bundles.ts";
import { gateHeaders, signedTokens } from "./gate.ts";
import { interleavings } from "./interleavings.ts";
import { pluginConfigurations, pluginRequests } from "./plugin.ts";
import { policies } from "./policies.ts";
import { regexes } from "./regexes.ts";
import { requests } from "./requests.ts";

export interface TargetEntry {
  readonly name: string;
  readonly share: number;
  /** How many times as long as one of the others an input takes, where that is much. */
  readonly cost?: number;
  create(): Target | Promise<Target>;
}

export const targets: readonly TargetEntry[] = [
  { name: "requests", share: 4, create: requests },
  { name: "gate", share: 4, create: gateHeaders },
  { name: "plugin", share: 4, create: pluginRequests },
  { name: "plugin-configurations", share: 1, cost: 20, create: pluginConfigurations },
  { name: "regexes", share: 4, create: regexes },
  { name: "policies", share: 3, create: policies },
  { name: "bundles", share: 2, create: bundles },
  { name: "claims", share: 2, create: claims },
  { name: "profiles", share: 1, create: profiles },
  { name: "tokens", share: 1, create: signedTokens },
  { name: "interleavings", share: 4, cost: 10, create: interleavings },
];

// Why a provider has given nobody a session: as the visitor is told, and as the log is.
import type { Problem } from "./pages/problem.ts";
import { ProviderRefusal, ProviderUnavailable } from "./provider.ts";

export interface Refused {
  readonly problem: Problem;
  readonly reason: string;
}

/** What an error says that came up while an answer of a provider's was looked at. Throws an error that is no provider's. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof ProviderUnavailable) return { problem: "unavailable", reason: error.message };
  if (error instanceof ProviderRefusal)
    return { problem: error.kind === "ended" ? "invalid" : error.kind, reason: error.message };
  throw error;
}

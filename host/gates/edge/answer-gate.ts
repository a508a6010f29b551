// Answers what a gate asks about one session or one credential. A gate takes 503 for the host's silence: it stretches the leases of
// everybody, and asks one question at a time until there is an answer. Any other failure it takes for trouble with what it asked
// about. So 503 is for what concerns everybody, and whatever one session, credential or user brings about has another status.

import type { RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { DirectoryUnavailable, type UnavailabilityScope } from "../../identity/profiles.ts";
import { HostError } from "../../kit/errors.ts";
import type { Logger } from "../../kit/log.ts";

/** A gate waits for two seconds, and what has not come by then is silence as well. Milliseconds. */
const patience = 1500;

/**
 * The answer that `find` comes to. Throws 429 when that takes too long, and what `failure` makes of a profile that no token can
 * hold and of a directory that has no answer.
 */
export async function answerGate<T>(
  c: RequestContext,
  { log }: { readonly log: Logger },
  find: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure(c, "busy")), patience);
  });
  try {
    return await Promise.race([find(), late]);
  } catch (error) {
    const scope = scopeOf(error);
    if (scope === undefined || scope === "everybody") throw error;
    log.error({ request_id: c.get("requestId"), reason: (error as Error).message }, "a gate's question has no answer");
    throw failure(c, scope);
  } finally {
    clearTimeout(timer);
  }
}

function scopeOf(error: unknown): UnavailabilityScope | undefined {
  if (error instanceof DirectoryUnavailable) return error.scope;
  return error instanceof HostError && error.code === "token_size" ? "user" : undefined;
}

/** The error for a gate whose question has no answer: 503, 422 or 429. */
export function failure(c: RequestContext, scope: UnavailabilityScope) {
  switch (scope) {
    case "everybody":
      return refuse(503, "Nobody can be looked up just now.");
    case "user":
      return refuse(422, "There is no answer about this one; the log says why.");
    case "busy":
      c.header("Retry-After", "1");
      return refuse(429, "There is too much to do just now.");
  }
}

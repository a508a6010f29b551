// A failed attempt at a credential, in JSON.
import { english } from "../../portal/languages/index.ts";
import type { RequestContext } from "./environment.ts";

/** With how long the next one has to wait, in seconds. */
export function failure(c: RequestContext, message: string, wait: number) {
  if (wait === 0) return { status: "KO", message };
  c.header("Retry-After", String(wait));
  return { status: "KO", message: `${message} Try again in ${english.duration(wait)}.`, retry_after: wait };
}

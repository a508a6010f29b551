// Every answer that says no: a page for a person, JSON for a program.
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { messagePage } from "../../portal/pages/message.ts";
import { severalSessionsPage } from "../../portal/pages/several-sessions.ts";
import type { Environment, RequestContext } from "./environment.ts";
import { siteOf } from "./site.ts";

/** When to try again what is not possible just now. Seconds. */
const retryAfter = 60;

/** Says of every 503 when to try again. */
export const tellWhenToRetry = createMiddleware<Environment>(async (c, next) => {
  await next();
  if (c.res.status === 503) c.res.headers.set("Retry-After", String(retryAfter));
});

/** Ends a request with a status and, for programs, a sentence that anybody may read. */
export function refuse(status: ContentfulStatusCode, message: string): HTTPException {
  return new HTTPException(status, { message });
}

/** Renders a refusal. JSON has Authelia's form, and speaks English; what a page says goes by the status. */
export function respondWithProblem(c: Context<Environment>, status: ContentfulStatusCode, message: string): Response {
  if (!wantsPage(c)) return c.json({ status: "KO", message }, status);
  return c.html(messagePage({ site: siteOf(c), status, requestId: c.get("requestId") }), status);
}

/** Refuses a request with several sessions: a person is shown how to end them. */
export function respondWithSeveralSessions(c: Context<Environment>, message: string): Response {
  if (!wantsPage(c)) return c.json({ status: "KO", message }, 400);
  return c.html(severalSessionsPage(siteOf(c)), 400);
}

/** Whether a person with a browser is asking. */
function wantsPage(c: RequestContext): boolean {
  return /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}

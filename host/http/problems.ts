// Every answer that says no: a page for a person, JSON for a program.
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { messagePage } from "../../portal/pages/message.ts";
import type { Environment, RequestContext } from "./environment.ts";
import type { PortalAssets } from "./portal-assets.ts";

const titles: Readonly<Record<number, string>> = {
  400: "This request makes no sense",
  401: "Authentication needed",
  403: "Request refused",
  404: "Page not found",
  405: "Not possible here",
  413: "Too much at once",
  415: "Unknown form of data",
  421: "No portal here",
  429: "Too many tries",
  500: "Something went wrong",
  503: "Not available just now",
};

/** Ends a request with a status and a sentence that anybody may read. */
export function refuse(status: ContentfulStatusCode, message: string): HTTPException {
  return new HTTPException(status, { message });
}

/** Renders a refusal. JSON has Authelia's form. */
export function respondWithProblem(
  c: Context<Environment>,
  status: ContentfulStatusCode,
  message: string,
  { stylesheet, script }: PortalAssets,
): Response {
  if (!wantsPage(c)) return c.json({ status: "KO", message }, status);
  const assets = { stylesheet: stylesheet.path, script: script.path };
  const title = titles[status] ?? "Request refused";
  return c.html(messagePage({ assets, status, title, text: message, requestId: c.get("requestId") }), status);
}

/** Whether a person with a browser is asking. */
function wantsPage(c: RequestContext): boolean {
  return /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}

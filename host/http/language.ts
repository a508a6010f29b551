// The language of an answer: the one that the visitor chose in the portal, else what the browser asks for, else English.
import { createMiddleware } from "hono/factory";
import { english, type Language, languageOf, languages } from "../../portal/languages/index.ts";
import { lookUpLanguage } from "./accept-language.ts";
import type { Environment, RequestContext } from "./environment.ts";
import { PortalCookie } from "./portal-cookie.ts";

const cookie = new PortalCookie("zerohop_language");

/** Seconds; a year. */
const memory = 31_536_000;

const tags = languages.map(({ tag }) => tag);

/** Settles the language of a request, and says in which one a page is. */
export const chooseLanguage = createMiddleware<Environment>(async (c, next) => {
  const language = chosen(c) ?? asked(c) ?? english;
  c.set("language", language);
  await next();
  const { headers } = c.res;
  if (!headers.get("content-type")?.startsWith("text/html")) return;
  headers.set("Content-Language", language.tag);
  headers.append("Vary", "Accept-Language, Cookie");
});

/** Has the browser come back with this language. */
export function rememberLanguage(c: RequestContext, { tag }: Language): void {
  cookie.set(c, tag, memory);
}

function chosen(c: RequestContext): Language | undefined {
  return languageOf(cookie.values(c)[0]);
}

function asked(c: RequestContext): Language | undefined {
  const header = c.req.header("accept-language");
  return header === undefined ? undefined : languageOf(lookUpLanguage(header, tags));
}

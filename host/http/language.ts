// The language of an answer: the one that the visitor chose in the portal, else what the browser asks for, else English.
import { createMiddleware } from "hono/factory";
import { english, type Language, languageOf, languages } from "../../portal/languages/index.ts";
import { cookieValues } from "../session/cookie.ts";
import { lookUpLanguage } from "./accept-language.ts";
import type { Environment, RequestContext } from "./environment.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const cookie = "__Host-zerohop_language";

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
  c.header("Set-Cookie", `${cookie}=${tag}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${memory}`);
}

function chosen(c: RequestContext): Language | undefined {
  const [tag] = cookieValues(c.req.header("cookie"), cookie);
  return languageOf(tag);
}

function asked(c: RequestContext): Language | undefined {
  const header = c.req.header("accept-language");
  return header === undefined ? undefined : languageOf(lookUpLanguage(header, tags));
}

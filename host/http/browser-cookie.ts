// What a browser is known by before it has a session: a random value that only this portal's host sees. A passkey's
// challenge is answered by the browser that asked for it.
import { randomBytes } from "node:crypto";
import { cookieValues } from "../session/cookie.ts";
import type { RequestContext } from "./environment.ts";

const name = "__Host-zerohop_browser";

/** The browser's value; a new one is set when it has none. */
export function knownBrowser(c: RequestContext): string {
  const value = browserOf(c) ?? randomBytes(16).toString("base64url");
  if (browserOf(c) === undefined) c.header("Set-Cookie", `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict`);
  return value;
}

export function browserOf(c: RequestContext): string | undefined {
  return cookieValues(c.req.header("cookie"), name).find((value) => /^[\w-]{22}$/.test(value));
}

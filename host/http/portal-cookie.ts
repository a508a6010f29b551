// Cookies that only the portal's own host gets and sets: the prefix of their names keeps other hosts of the domain from setting them
// (RFC 6265bis, section 4.1.3.2), and no script sees them.
import { cookieValues } from "../session/cookie.ts";
import type { RequestContext } from "./environment.ts";

export class PortalCookie {
  readonly #name: string;
  readonly #attributes: string;

  /** With Lax it comes along where somebody follows a link from another site, with Strict not even then. `name`: without the prefix. */
  constructor(name: string, sameSite: "Lax" | "Strict" = "Lax") {
    this.#name = `__Host-${name}`;
    this.#attributes = `Path=/; Secure; HttpOnly; SameSite=${sameSite}`;
  }

  /** What the browser has sent. */
  values(c: RequestContext): readonly string[] {
    return cookieValues(c.req.header("cookie"), this.#name);
  }

  /** Has the browser keep a value: until it is closed, or for so many seconds. */
  set(c: RequestContext, value: string, maxAge?: number): void {
    const lifetime = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
    c.header("Set-Cookie", `${this.#name}=${value}; ${this.#attributes}${lifetime}`, { append: true });
  }

  clear(c: RequestContext): void {
    this.set(c, "", 0);
  }
}

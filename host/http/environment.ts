// What is known about a request, as every handler of the HTTP service finds it.
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Language } from "../../portal/languages/language.ts";
import type { Site } from "../../portal/pages/site.ts";
import type { CookieDomain } from "../session/config.ts";
import type { Forwarded } from "./client-address.ts";

/** What all pages of the portal look alike by. */
export type Appearance = Pick<Site, "assets" | "branding">;

export interface Environment {
  Bindings: HttpBindings;
  Variables: {
    readonly requestId: string;
    readonly forwarded: Forwarded;
    readonly language: Language;
    readonly appearance: Appearance;
    /** The paths of the portal's pages. */
    readonly pages: ReadonlySet<string>;
    /** Set on the routes of a portal. */
    readonly cookieDomain: CookieDomain;
  };
}

export type RequestContext = Context<Environment>;

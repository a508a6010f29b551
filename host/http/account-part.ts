// What a feature adds to the account of a visitor.
import type { Fragment } from "../../portal/pages/layout.ts";
import type { LiveSession } from "../session/sessions.ts";
import type { RequestContext } from "./environment.ts";

export interface AccountPart {
  /** A section of the account page; undefined: there is nothing to show. */
  section?(c: RequestContext, live: LiveSession): Promise<Fragment | undefined>;
  /** The fields that it adds to what `GET /api/user/info` says. */
  info?(username: string): Promise<Readonly<Record<string, unknown>>>;
}

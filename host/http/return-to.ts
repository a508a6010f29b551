// Where a visitor goes on to after the portal has asked them something: a page of the portal, an application, or both in that order.
// It travels in `next`, `rd` and `rm` of links and forms, so that tabs do not disturb each other.
import type { CookieDomain } from "../session/config.ts";
import { readMethod, readTarget, type Target } from "./target.ts";

/** Pages that a login or a second factor can lead to. */
const pages = [
  "/account",
  "/account/password",
  "/account/totp",
  "/account/passkeys",
  "/account/recovery-codes",
] as const;
export type PortalPage = (typeof pages)[number];

export interface ReturnTo {
  readonly next?: PortalPage;
  readonly target?: Target;
  /** Of the interrupted request. */
  readonly method: string;
}

/** Reads it from a query or a form. */
export function readReturnTo(parameter: (name: string) => string | null | undefined, domain: CookieDomain): ReturnTo {
  const next = pages.find((page) => page === parameter("next"));
  const target = readTarget(parameter("rd") ?? undefined, domain);
  return { ...(next && { next }), ...(target && { target }), method: readMethod(parameter("rm") ?? undefined) };
}

/** Returns the address that the visitor goes on to. */
export function destinationOf({ next, target }: ReturnTo): string {
  if (next === undefined) return target?.url ?? "/";
  return target ? `${next}?rd=${encodeURIComponent(target.url)}` : next;
}

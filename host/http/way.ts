// Where a visitor is on the way to while the portal asks them something: a page of the portal, an application, or both in
// that order. It travels in `next`, `rd` and `rm` of links and forms, so that tabs do not disturb each other.
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

export interface Way {
  readonly next?: PortalPage;
  readonly target?: Target;
  /** Of the interrupted request. */
  readonly method: string;
}

/** Reads the way from a query or a form. */
export function readWay(parameter: (name: string) => string | null | undefined, domain: CookieDomain): Way {
  const next = pages.find((page) => page === parameter("next"));
  const target = readTarget(parameter("rd") ?? undefined, domain);
  return { ...(next && { next }), ...(target && { target }), method: readMethod(parameter("rm") ?? undefined) };
}

/** The address that the way leads to next. */
export function destinationOf({ next, target }: Way): string {
  if (next === undefined) return target?.url ?? "/";
  return target ? `${next}?rd=${encodeURIComponent(target.url)}` : next;
}

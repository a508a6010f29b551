// What pages are rendered with, to look at every one of them.
import type { NewPasswordMistake } from "../../portal/pages/new-password.ts";

/** What a visitor, a directory or an application can put on a page. */
export interface OutsideTexts {
  readonly url: string;
  readonly host: string;
  readonly method: string;
  readonly userName: string;
  readonly displayName: string;
  readonly requestId: string;
  readonly message: string;
}

export const benign: OutsideTexts = {
  url: "https://app.zerohop.localhost:8443/reports/2026?sort=amount",
  host: "app.zerohop.localhost:8443",
  method: "GET",
  userName: "alice",
  displayName: "Alice Moreau",
  requestId: "8f14e45f-ceea-467f",
  message: "The portal is starting",
};

/** A page, and what it comes to with texts from outside. */
export type Page = readonly [name: string, render: (texts: OutsideTexts) => string];

/** What a new password must be like. */
export const rules = {
  minLength: 12,
  maxLength: 64,
  requires: ["uppercase", "lowercase", "number", "special"],
  strong: true,
} as const;

/** All that can be wrong with one. */
export const mistakes: readonly NewPasswordMistake[] = [
  ...(["empty", "too_short", "too_long", "control_character", "no_uppercase", "no_lowercase", "no_number"] as const),
  ...(["no_special", "guessable_personal", "guessable_common", "guessable_pattern", "guessable_plain"] as const),
  ...(["unchanged", "directory", "different"] as const),
];

/** With a code that was typed. */
export const problems = [undefined, { kind: "wrong" }, { kind: "wait", seconds: 90 }] as const;

export function user({ userName, displayName }: OutsideTexts) {
  return { name: userName, displayName };
}

export function returnTo(texts: OutsideTexts) {
  return { target: destined(texts).target, method: texts.method };
}

export function destined({ url, host, requestId }: OutsideTexts) {
  return { target: { url, host }, requestId };
}

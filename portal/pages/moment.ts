// A moment as people speak of it, without knowing their time zone: how long ago.
import { html } from "hono/html";
import type { Language } from "../languages/language.ts";

/** Both times in seconds since the epoch. `words` says what happened then: it gets how long ago it was. */
export function moment(time: number, now: number, language: Language, words = (ago: string) => ago) {
  return html`<time datetime="${new Date(time * 1000).toISOString()}" title="${language.moment(time)}">${words(language.ago(now - time))}</time>`;
}

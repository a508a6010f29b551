// A moment as people speak of it, without knowing their time zone: how long ago.
import { html } from "hono/html";

const units: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Both in seconds since the epoch. */
export function moment(time: number, now: number) {
  const date = new Date(time * 1000).toISOString();
  return html`<time datetime="${date}" title="${date.slice(0, 16).replace("T", " ")} UTC">${ago(now - time)}</time>`;
}

function ago(seconds: number): string {
  const unit = units.find(([, length]) => seconds >= length);
  return unit ? format.format(-Math.floor(seconds / unit[1]), unit[0]) : "just now";
}

// Search filters with placeholders, in Authelia's notation.
import { createRequire } from "node:module";
import { escapeFilterValue } from "./escape.ts";

const placeholder = /\{([a-z_:-]+)\}/g;

/** Filled in for every search: the current time in three notations. */
const times = ["date-time:generalized", "date-time:unix", "date-time:microsoft-nt"];

/** Seconds between 1601, where Windows counts from, and 1970. */
const windowsEpoch = 11_644_473_600;

/** What is wrong with a filter whose placeholders are these (and the times), or undefined. */
export function mistakeInFilter(template: string, names: readonly string[]): string | undefined {
  const allowed = [...names, ...times];
  for (const [whole, name] of template.matchAll(placeholder))
    if (!allowed.includes(name!))
      return `has the unknown placeholder ${whole}; known are ${names.map((known) => `{${known}}`).join(", ")}`;
  try {
    // The parser forgives missing parentheses at the end; those of values are escaped.
    if (template.split("(").length !== template.split(")").length) return "has parentheses without a counterpart";
    if (!/^\(.*\)$/s.test(template)) return "must be a filter in parentheses, such as (uid={input})";
    // Every configuration is read with this file at hand; only one with an LDAP server needs the client.
    const { FilterParser }: typeof import("ldapts") = createRequire(import.meta.url)("ldapts");
    FilterParser.parseString(template.replace(placeholder, "x"));
    return undefined;
  } catch (error) {
    return `is not a search filter (RFC 4515): ${(error as Error).message.split(/[:.]/)[0]}`;
  }
}

/** Puts attribute names in the place of their placeholders. */
export function nameAttributes(template: string, attributes: Readonly<Record<string, string>>): string {
  return template.replace(placeholder, (whole, name) => attributes[name] ?? whole);
}

/** Fills in the values, escaped. `now` is in seconds. */
export function fillFilter(template: string, values: Readonly<Record<string, string>>, now: number): string {
  const all: Readonly<Record<string, string>> = {
    ...values,
    "date-time:generalized": generalizedTime(now),
    "date-time:unix": String(now),
    "date-time:microsoft-nt": windowsTime(now),
  };
  return template.replace(placeholder, (whole, name) => {
    const value = all[name];
    return value === undefined ? whole : escapeFilterValue(value);
  });
}

/** RFC 4517, section 3.3.13. */
export function generalizedTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
}

/** Tenths of microseconds since 1601. */
export function windowsTime(seconds: number): string {
  return String(BigInt(seconds + windowsEpoch) * 10_000_000n);
}

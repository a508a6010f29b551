// Rules that ask for Basic credentials where nobody would look at them.
import { parseDomain } from "./domain.ts";
import { type Rule, readSection } from "./section.ts";
import type { Warning } from "./warnings.ts";

/** What of a cookie domain matters here. */
export interface ChallengedDomain {
  readonly domain: string;
  readonly basic: { readonly headers: readonly string[] };
}

/** The rules of a section with `basic: challenge`, all of whose cookie domains leave Authorization to the applications. */
export function challengeWarnings(section: unknown, cookieDomains: readonly ChallengedDomain[]): Warning[] {
  return readSection(section).rules.flatMap((rule) => {
    if (!rule.challenges) return [];
    const domains = cookieDomains.filter(({ domain }) => mayBeAbout(rule, domain));
    if (domains.length === 0 || domains.some(({ basic }) => basic.headers.includes("authorization"))) return [];
    const names = domains.map(({ domain }) => domain).join(" and ");
    const message =
      `rule ${rule.number} asks for Basic credentials, which nobody can answer: ` +
      `session.cookies[].basic.headers of ${names} lacks authorization`;
    return [{ path: ["rules", rule.number - 1, "basic"], message, seeAlso: [] }];
  });
}

/** Whether a rule may match a host of a cookie domain. */
function mayBeAbout({ domains, domainRegexes }: Rule, cookieDomain: string): boolean {
  if (domainRegexes.length > 0 || domains.length === 0) return true;
  const within = (host: string, domain: string) => `.${host}`.endsWith(`.${domain}`);
  return domains.some(({ value }) => {
    const host = parseDomain(value).text.replace(/^\./, "");
    return within(host, cookieDomain) || within(cookieDomain, host);
  });
}

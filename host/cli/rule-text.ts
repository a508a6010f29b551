// The criteria of a rule in words.
import type { AuthorizationRequest, Criterion } from "../core/policy.ts";
import { mayHold, parseDomain } from "../policy/domain.ts";
import { hostMayMatch } from "../policy/probe.ts";
import { readingOf } from "../policy/reading.ts";
import type { QueryCondition, Rule, Section } from "../policy/section.ts";

/** Long lists are cut to so many characters. */
const width = 48;

/** What a rule wants of a criterion; empty when it has none. */
export function criterionText(rule: Rule, criterion: Criterion): string {
  const texts = (entries: readonly { readonly value: string }[]) => entries.map(({ value }) => value);
  switch (criterion) {
    case "domain":
      return shortened([...texts(rule.domains), ...texts(rule.domainRegexes)]);
    case "methods":
      return prefixed("method ", texts(rule.methods));
    case "networks":
      return prefixed("an address in ", texts(rule.networks));
    case "subject":
      return anyOfAll(rule.subjects.map(({ value }) => value.map((term) => term.replace(":", " "))));
    case "query":
      return anyOfAll(rule.queries.map(({ value }) => value.map(conditionText)));
    case "resources":
      return prefixed("a path that matches ", texts(rule.resources));
  }
}

/** Why a rule misses on a criterion: what it wants, and what came instead. */
export function mismatch(rule: Rule, criterion: Criterion, request: AuthorizationRequest, section: Section): string {
  const { method, address, subject, url } = request;
  const wanted = criterionText(rule, criterion);
  switch (criterion) {
    case "domain":
      return `its hosts are ${wanted}, and ${subject?.name ?? "nobody"} is not the one that this host names`;
    case "methods":
      return `it wants ${wanted}, not ${method}`;
    case "networks":
      return `it wants ${wanted}${definitions(rule, section)}, not ${address}`;
    case "subject":
      return `it wants ${wanted}, and ${subject?.name} is in ${subject?.groups.join(", ") || "no group"}`;
    case "query":
      return `it wants ${wanted}, and the query is ${readingOf(url)?.query || "empty"}`;
    case "resources":
      return `it wants ${wanted}, not ${resource(url)}`;
  }
}

/** The hosts of a rule for a narrow column: those that are about the host in question come first. */
export function hostsText({ domains, domainRegexes }: Rule, host: string): string {
  const named = domains.map(({ value }) => ({ value, isMeant: mayHold(parseDomain(value), host) }));
  const matched = domainRegexes.map(({ value }) => ({ value, isMeant: hostMayMatch(value, host) }));
  const entries = [...named, ...matched];
  return shortened(entries.toSorted((a, b) => Number(b.isMeant) - Number(a.isMeant)).map(({ value }) => value));
}

/** The addresses that the named networks of a rule contain. */
function definitions({ networks }: Rule, section: Section): string {
  const named = networks.flatMap(({ value }) => section.networks.get(value) ?? []);
  return named.length === 0 ? "" : ` (${shortened(named)})`;
}

function resource(url: string): string {
  const read = readingOf(url);
  if (!read) return "this one";
  return read.query === "" ? read.path : `${read.path}?${read.query}`;
}

function conditionText({ key, operator, value }: QueryCondition): string {
  return value === undefined ? `query ${key} ${operator}` : `query ${key} ${operator} "${value}"`;
}

function prefixed(prefix: string, texts: readonly string[]): string {
  return texts.length === 0 ? "" : `${prefix}${alternatives(texts)}`;
}

function anyOfAll(terms: readonly (readonly string[])[]): string {
  const needsParentheses = terms.length > 1;
  return alternatives(
    terms.map((all) => (needsParentheses && all.length > 1 ? `(${all.join(" and ")})` : all.join(" and "))),
  );
}

function alternatives(texts: readonly string[]): string {
  return texts.join(" or ");
}

/** As many as fit; the others are counted. */
function shortened(texts: readonly string[]): string {
  let shown = texts.length;
  const length = () => texts.slice(0, shown).join(", ").length;
  while (shown > 1 && length() > width) shown--;
  const rest = texts.length - shown;
  return rest === 0 ? texts.join(", ") : `${texts.slice(0, shown).join(", ")} and ${rest} more`;
}

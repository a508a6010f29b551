// The paths and queries that rules tell apart: examples of what each expression and each query condition is about, their
// neighbours that it may not be about, and plain ones.
import { samplesOf } from "./pattern-sample.ts";
import type { Person } from "./people.ts";
import { isReadable, resourceMayMatch, valueMatches } from "./probe.ts";
import type { QueryCondition, Rule } from "./section.ts";

/** How many paths, and how many queries for each, are tried for one host. */
const pathLimit = 200;
const queryLimit = 16;

export interface Targets {
  /** Raw paths with queries. */
  readonly targets: readonly string[];
  /** Whether there would have been more. */
  readonly isCut: boolean;
}

/** What to ask for, for the rules about one host. */
export function targetsFor(rules: readonly Rule[], people: readonly Person[]): Targets {
  const expressions = [...new Set(rules.flatMap(({ resources }) => resources.map(({ value }) => value)))];
  const sampled = expressions.flatMap((expression) => pathsFor(expression, people));
  const paths = [...new Set(["/", "/other", ...sampled])];
  const queries = queriesFor(rules.flatMap((rule) => rule.queries.map(({ value }) => value)));
  const targets = paths
    .slice(0, pathLimit)
    .flatMap((path) => queries.slice(0, queryLimit).map((query) => join(path, query)));
  return { targets: targets.filter(isReadable), isCut: paths.length > pathLimit || queries.length > queryLimit };
}

/** Targets that an expression matches, and their neighbours: an anchor or a flag that changes shows in one of them. */
function pathsFor(expression: string, people: readonly Person[]): string[] {
  const names = people.filter(({ name }) => name !== undefined).slice(0, 4);
  const captures = /<(?:User|Group)>/.test(expression)
    ? names.map(({ name, groups }) => ({ User: name!, Group: groups[0] ?? "somegroup" }))
    : [{}];
  const matching = captures.flatMap((capture) =>
    samplesOf(expression, capture)
      .flatMap((sample) => [sample, `/${sample}`, `/any${sample}`, `/any/${sample}`, `${sample}any`])
      .map(encode)
      .filter((target) => target.startsWith("/") && resourceMayMatch(expression, target)),
  );
  return matching.slice(0, 8).flatMap((target) => {
    const [path = "", query] = target.split("?");
    const neighbours = [`${path}x`, `${path}/any`, `${path}?any=1`, `/any${path}`, path.slice(0, -1), swapCase(path)];
    return [target, ...(query === undefined ? [] : [path]), ...neighbours.filter((neighbour) => neighbour !== "")];
  });
}

/** Escapes what no URL may hold; the first `?` begins the query. */
function encode(sample: string): string {
  const [path = "", ...query] = sample.split("?");
  const escaped = (text: string) => encodeURI(text.toWellFormed()).replaceAll("#", "%23");
  return query.length === 0 ? escaped(path) : `${escaped(path)}?${escaped(query.join("?"))}`;
}

function swapCase(text: string): string {
  return text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase();
}

/** No query, each alternative met as a whole, and each condition met or not by itself. */
function queriesFor(alternatives: readonly (readonly QueryCondition[])[]): string[] {
  const whole = alternatives.map((conditions) => conditions.map((condition) => parameter(condition, true)));
  const single = alternatives
    .flat()
    .flatMap((condition) => [[parameter(condition, true)], [parameter(condition, false)]]);
  return [...new Set(["", ...[...whole, ...single].map((parameters) => parameters.filter(Boolean).join("&"))])];
}

/** `key=value` such that a condition holds or does not; empty when that takes the parameter's absence. */
function parameter({ operator, key, value = "" }: QueryCondition, holds: boolean): string {
  const pair = (text: string) => `${encodeURIComponent(key)}=${encodeURIComponent(text)}`;
  const other = `${value}x`;
  if (operator === "present") return holds ? pair("any") : "";
  if (operator === "absent") return holds ? "" : pair("any");
  if (operator === "equal") return pair(holds ? value : other);
  if (operator === "not equal") return pair(holds ? other : value);
  const wanted = holds === (operator === "pattern");
  const found = [...samplesOf(value), "any", "0", ""].find((text) => valueMatches(value, text) === wanted);
  return pair(found ?? "any");
}

function join(path: string, query: string): string {
  if (query === "") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

// What a rule of `zerohop lint` is, and what it finds.
import type { Position } from "../kit/yaml/problem.ts";

/**
 * `error`: a way around the gate. `warning`: weaker than it should be, or likely not what was meant. `unknown`: something of which
 * nothing can be said, because it could not be read or understood.
 */
export type Severity = "error" | "warning" | "unknown";

export interface Place extends Position {
  readonly file: string;
  /** Where the file is included, for one that is read in the place of an `include`. */
  readonly from?: Place;
}

/** What is wrong with how a file is written. */
export interface SyntaxMistake extends Place {
  readonly message: string;
}

export interface Finding extends Place {
  /** The rule's id; docs/lint.md has a paragraph under this heading. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** `unless`: what could not be read and may say otherwise, which leaves open whether there is something wrong. */
export type Report = (place: Place, message: string, unless?: readonly string[]) => void;

/** A rule about the configuration of one kind of proxy. */
export interface Rule<Config> {
  /** Begins with the proxy's name: `envoy-normalize-path`. */
  readonly id: string;
  readonly severity: Severity;
  check(config: Config, report: Report): void;
}

/** What can be pointed at in a file. */
type Located = Place | { place(): Place };

/** The check of a rule by which the same is wrong at each place that is found; `message` says it, of that one where it is a function. */
export function wherever<Config, Found extends Located>(
  find: (config: Config) => readonly Found[],
  message: string | ((found: Found) => string),
): Rule<Config>["check"] {
  return (config, report) => {
    for (const found of find(config)) report(placeOf(found), typeof message === "string" ? message : message(found));
  };
}

function placeOf(found: Located): Place {
  return "place" in found ? found.place() : found;
}

/** What every rule finds, in the order of the rules. */
export function applyRules<Config>(rules: readonly Rule<Config>[], config: Config): Finding[] {
  return rules.flatMap(({ id, severity, check }) => {
    const findings: Finding[] = [];
    check(config, ({ file, line, column, from }, message, unless = []) =>
      findings.push({
        ...{ file, line, column, ...(from ? { from } : {}), rule: id },
        ...(unless.length === 0
          ? { severity, message }
          : {
              severity: "unknown",
              message: `${unless.join(", ")} could not be read; unless it says otherwise, ${message}`,
            }),
      }),
    );
    return findings;
  });
}

/** A part of a file that was not understood, and what would have to be done. */
export function unknown(place: Place, message: string): Finding {
  return { ...place, rule: "lint-not-understood", severity: "unknown", message };
}

/** Where bytes are passed on and no requests, no gate can decide, and whether one has to is not written there. */
export function onlyTcp(file: string, wanted: string): Finding {
  return unknown(
    { file, line: 1, column: 1 },
    `there is no ${wanted} in it, and what is passed on as TCP no gate decides about: see that nothing behind it needs one`,
  );
}

/** So many of the places that include a file are named. */
const namedPlaces = 5;

/** Makes one finding of those that a rule has at one place, which names the places that include its file. */
export function oncePerPlace(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ file, line, column, rule }) => [line, column, rule, file].join(" "));
  return [...groups.values()].flatMap((group) => {
    const { from, ...finding } = group.find(({ severity }) => severity === "error") ?? group[0]!;
    const places = [...new Set(group.flatMap(({ from }) => (from ? `${from.file}:${from.line}` : [])))];
    if (places.length === 0) return [...new Map(group.map((one) => [one.message, one])).values()];
    const named = places.slice(0, namedPlaces).join(", ");
    const others = places.length > namedPlaces ? ` and ${places.length - namedPlaces} others` : "";
    return { ...finding, message: `${finding.message} (included at ${named}${others})` };
  });
}

/** The paragraph of the documentation about a rule. */
export function documentationOf(rule: string): string {
  return `docs/lint.md#${rule}`;
}

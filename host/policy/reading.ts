// Finds out how the core reads a request's path: a rule for exactly that path and query has to match.
import { type Decision, loadPolicy, PolicyError } from "../core/policy.ts";

export interface PathReading {
  /** Decoded. */
  readonly path: string;
  /** As it was sent, without its `?`. */
  readonly query: string;
  /** Whether an application may read the path in another way, which the rules then have to answer alike. */
  readonly hasOthers: boolean;
}

/** Another way to read a path, as a URL that has this reading only. */
export interface OtherReading {
  readonly how: string;
  readonly url: string;
}

interface RawTarget {
  readonly origin: string;
  readonly path: string;
  readonly query: string;
}

/** The canonical path and the query of a URL; undefined when the core does not confirm them. */
export function readingOf(url: string): PathReading | undefined {
  const raw = split(url);
  const path = raw && decoded(raw.path);
  if (raw === undefined || path === undefined) return undefined;
  const { query } = raw;
  const resource = query === "" ? path : `${path}?${query}`;
  const expression = `^${resource.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&")}$`;
  const rules = [{ domain: "probe.invalid", policy: "bypass", resources: expression }];
  try {
    const policy = loadPolicy({ default_policy: "deny", rules });
    const target = query === "" ? raw.path : `${raw.path}?${query}`;
    const decision = policy.decide({ method: "GET", url: `https://probe.invalid${target}`, address: "" });
    if (decision.outcome === "allow") return { path, query, hasOthers: false };
    return decision.outcome === "refuse" && isAmbiguous(decision) ? { path, query, hasOthers: true } : undefined;
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

/** The host of a URL in lower case, without its port; empty for what is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : "";
}

/** Whether a request is refused because the rules answer the readings of its path differently. */
export function isAmbiguous({ reason }: Decision): boolean {
  return reason.includes("several ways");
}

/** What applications may make of a path besides the plain reading (docs/canonical-target.md). */
export function otherReadings(url: string): OtherReading[] {
  const raw = split(url);
  if (!raw) return [];
  const { origin, path, query } = raw;
  const behind = query === "" ? "" : `?${query}`;
  const readings = [
    { how: "parameters cut off", target: `${path.replace(/;[^/]*/g, "")}${behind}` },
    { how: "escaped parameters cut off", target: `${path.replace(/%3b[^/]*/gi, "")}${behind}` },
    { how: "decoded before the query is split off", target: lateSplit(path, query) },
  ];
  return readings
    .filter(({ target }) => target !== `${path}${behind}`)
    .map(({ how, target }) => ({ how, url: `${origin}${target}` }));
}

function lateSplit(path: string, query: string): string {
  const whole = query === "" ? path : `${path}?${query}`;
  return whole.replace(/%23.*/s, "").replace(/%3f/i, "?");
}

function split(url: string): RawTarget | undefined {
  const match = /^([A-Za-z]+:\/\/[^/?#\\]*)([^?#]*)(?:\?([^#]*))?$/.exec(url);
  return match ? { origin: match[1]!, path: match[2] || "/", query: match[3] ?? "" } : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

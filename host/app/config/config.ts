// The host's configuration: what each section gives to whom it configures. Whoever is configured takes its own part of it.
import { valueAt } from "../../kit/config/mapping.ts";
import { type AnySection, valuesOf } from "../../kit/config/section.ts";
import type { sections } from "./sections.ts";

/** All durations are in seconds, all paths absolute. */
export type Config = {
  readonly [Name in keyof typeof sections]: ReturnType<(typeof sections)[Name]["config"]>;
};

/** What each section gives. `values`: those of the file, validated. Relative paths are relative to the config file's folder. */
export function configsFrom(
  all: Readonly<Record<string, AnySection>>,
  values: unknown,
  folder: string,
): Readonly<Record<string, unknown>> {
  const surroundings = { folder, portalName: String(valueAt(values, ["portal", "name"])) };
  const entries = Object.entries(all).map(([name, section]) => [
    name,
    section.config(valuesOf(section, values), surroundings),
  ]);
  return Object.fromEntries(entries);
}

// A feature's section of the config file: its keys, and the values made of them. The config.md beside it documents them; from it
// docs/configuration.md and the JSON schema for editors are made.
import type { z } from "zod";
import { type JsonSchema, section } from "../yaml/schema.ts";
import { type Mapping, valueAt } from "./mapping.ts";
import type { Report } from "./report.ts";

export interface Surroundings {
  /** Of the config file: relative paths are relative to it. */
  readonly folder: string;
  /** What the portal calls itself. */
  readonly portalName: string;
}

type Keys = Readonly<Record<string, z.ZodType>>;
type Values<K extends Keys> = { readonly [Path in keyof K]: z.output<K[Path]> };

export interface ConfigSection<K extends Keys, Config> {
  /** By their path in the file, as in `identity_validation.elevated_session`. */
  readonly keys: K;
  /** What JSON Schema can say of mappings on the way to the keys, by path. */
  readonly json?: Readonly<Record<string, JsonSchema>>;
  /** What the feature gets of the validated values. */
  readonly config: (values: Values<K>, surroundings: Surroundings) => Config;
  /** Gives keys that were written under another name the schema's. Changes what is written. */
  readonly rename?: (written: Mapping, report: Report) => void;
  /** Reports what must hold between keys beyond each being right by itself. They may be wrong by themselves. */
  readonly check?: (written: Mapping, folder: string, report: Report) => void;
  /** Reports what must hold beyond the keys being right, such as that a file can be used. */
  readonly verify?: (config: Config, report: Report) => void;
}

export function configSection<const K extends Keys, Config>(
  section: ConfigSection<K, Config>,
): ConfigSection<K, Config> {
  return section;
}

/** Any section, for what goes through all of them. */
// biome-ignore lint/suspicious/noExplicitAny: a function that takes its own section's values takes no other's.
export type AnySection = ConfigSection<any, any>;

type Tree = { [step: string]: Tree | z.ZodType };

let last: { readonly sections: readonly AnySection[]; readonly schema: z.ZodType } | undefined;

/**
 * The schema of the whole file, the same one for the same sections as the last time: a file that is read again is read by what has
 * been compiled for it. Throws where two sections have the same key, or one stands within another's.
 */
export function schemaOf(sections: readonly AnySection[]): z.ZodType {
  const isLast = last?.sections.length === sections.length && sections.every((one, at) => one === last!.sections[at]);
  if (!last || !isLast) last = { sections: [...sections], schema: schemaMadeOf(sections) };
  return last.schema;
}

function schemaMadeOf(sections: readonly AnySection[]): z.ZodType {
  const tree: Tree = {};
  for (const { keys } of sections)
    for (const [path, schema] of Object.entries(keys)) {
      const steps = path.split(".");
      let parent = tree;
      for (const step of steps.slice(0, -1)) {
        parent[step] ??= {};
        parent = parent[step] as Tree;
        if ("_zod" in parent) throw new Error(`two sections of the config have ${path}`);
      }
      if (steps.at(-1)! in parent) throw new Error(`two sections of the config have ${path}`);
      parent[steps.at(-1)!] = schema as z.ZodType;
    }
  const json = Object.assign({}, ...sections.map((one) => one.json));
  const mappingOf = (tree: Tree, path: readonly string[]): z.ZodType => {
    const entries = Object.entries(tree).map(([key, node]) => [
      key,
      "_zod" in node ? (node as z.ZodType) : mappingOf(node, [...path, key]),
    ]);
    return section(Object.fromEntries(entries)).meta(json[path.join(".")] ?? {});
  };
  return mappingOf(tree, []);
}

/** A section's values among those of the whole file. */
export function valuesOf<K extends Keys>({ keys }: { readonly keys: K }, file: unknown): Values<K> {
  return Object.fromEntries(Object.keys(keys).map((path) => [path, valueAt(file, path.split("."))])) as Values<K>;
}

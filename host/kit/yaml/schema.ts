// Schemas of files that people write: zod types whose errors are sentences, and the mapping of those errors to places.
import { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Path } from "./problem.ts";

/** Thrown by a leaf's parse function: what is wrong and what is allowed, without the path. */
export class Mistake extends Error {}

/** What JSON Schema (draft 2020-12) can say of a value. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * A value that one function reads. It gets undefined for an absent key, so that it also says what is required. `type` is what
 * the documentation calls such a value, in Markdown; `json` is what an editor can check.
 */
export function leaf<T>(parse: (value: unknown) => T, type = "a text", json: JsonSchema = { type: "string" }) {
  return z
    .unknown()
    .optional()
    .transform((value, context): T => {
      try {
        return parse(value);
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        context.addIssue({ code: "custom", message: error.message });
        return z.NEVER;
      }
    })
    .meta({ ...json, phrase: type });
}

/** A mapping with these keys and no others. An empty one (`server:`) counts as `{}`. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, z.strictObject(shape));
}

/** Reads a value that may be left out. */
export function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}

/** Marks a secret: also readable from a file or the environment, never shown in a message. */
export const secret = { secret: true };

declare module "zod" {
  interface GlobalMeta {
    readonly secret?: boolean;
    /** What the documentation calls such a value, in Markdown. */
    readonly phrase?: string;
    /** Another name that the key may have. */
    readonly otherName?: string;
  }
}

export interface Issue {
  readonly path: Path;
  readonly part: "key" | "value";
  readonly message: string;
}

/** Checks a value. Problems come as paths and sentences; the caller knows the file. */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
): { readonly data: z.output<T> } | { readonly issues: readonly Issue[] } {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success
    ? { data: result.data }
    : { issues: result.error.issues.flatMap((issue) => explain(schema, issue)) };
}

function explain(schema: z.ZodType, issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const allowed = keysOf(at(schema, path));
    return issue.keys.map((key) => ({ path: [...path, key], part: "key", message: unknownKey(key, allowed) }));
  }
  if (issue.code === "invalid_type") return [{ path, part: "value", message: wrongType(issue.expected, issue.input) }];
  return [{ path, part: "value", message: issue.message }];
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const suggestion = nearest(key, allowed);
  return suggestion === undefined
    ? `unknown key; allowed here: ${allowed.join(", ")}`
    : `unknown key; did you mean ${suggestion}?`;
}

const typeNames: Record<string, string> = {
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list",
  string: "a text",
  boolean: "true or false",
  number: "a number",
};

function wrongType(expected: string, value: unknown): string {
  const wanted = typeNames[expected] ?? expected;
  return value === undefined || value === null ? `is required: ${wanted}` : `must be ${wanted}, not ${describe(value)}`;
}

/** A value as a message may show it: short, on one line. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

type Definition = {
  type: string;
  /** Of a default. */
  defaultValue?: unknown;
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  out?: z.ZodType;
};

/** Below wrappers such as optional, default and preprocess. */
function unwrap(schema: z.ZodType): z.ZodType {
  const definition = schema._zod.def as unknown as Definition;
  if (definition.type === "pipe" && (definition.out!._zod.def as { type: string }).type !== "transform")
    return unwrap(definition.out!);
  return definition.innerType ? unwrap(definition.innerType) : schema;
}

function definitionOf(schema: z.ZodType): Definition {
  return unwrap(schema)._zod.def as unknown as Definition;
}

function at(schema: z.ZodType | undefined, path: Path): z.ZodType | undefined {
  if (!schema || path.length === 0) return schema;
  const { shape, element, valueType } = definitionOf(schema);
  return at(shape?.[String(path[0])] ?? element ?? valueType, path.slice(1));
}

function keysOf(schema: z.ZodType | undefined): readonly string[] {
  return schema ? Object.keys(definitionOf(schema).shape ?? {}) : [];
}

export interface Key {
  /** As in `session.cookies[].domain`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly secret: boolean;
  readonly schema: z.ZodType;
}

const keysOfSchemas = new WeakMap<z.ZodType, readonly Key[]>();

/** Every key of a schema that takes a value, in order. */
export function keysIn(schema: z.ZodType): readonly Key[] {
  const keys = keysOfSchemas.get(schema) ?? keysBelow(schema, [], "");
  keysOfSchemas.set(schema, keys);
  return keys;
}

function keysBelow(schema: z.ZodType, path: readonly string[], name: string): Key[] {
  const { shape, element } = definitionOf(schema);
  if (shape)
    return Object.entries(shape).flatMap(([key, child]) =>
      keysBelow(child, [...path, key], name === "" ? key : `${name}.${key}`),
    );
  if (element && definitionOf(element).shape) return keysBelow(element, path, `${name}[]`);
  return [{ name, path, secret: isSecret(schema), schema }];
}

/** Whether a key has to be given. */
export function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

/** The keys of a mapping, or the elements of a list. */
export function childrenOf(schema: z.ZodType): Pick<Definition, "shape" | "element"> {
  return definitionOf(schema);
}

/** Another name that the key may be written by. */
export function otherNameOf(schema: z.ZodType): string | undefined {
  return z.globalRegistry.get(schema)?.otherName;
}

export function isSecret(schema: z.ZodType): boolean {
  return z.globalRegistry.get(schema)?.secret === true;
}

/** What a value is when its key is absent, as it would be written; undefined where there is no such value. */
export function defaultOf(schema: z.ZodType): unknown {
  const { defaultValue, innerType } = schema._zod.def as unknown as Definition;
  return defaultValue ?? z.globalRegistry.get(schema)?.default ?? (innerType && defaultOf(innerType));
}

/** What the documentation calls a value of this schema, in Markdown. */
export function phraseOf(schema: z.ZodType): string | undefined {
  const { innerType } = schema._zod.def as unknown as Definition;
  return z.globalRegistry.get(schema)?.phrase ?? (innerType && phraseOf(innerType));
}

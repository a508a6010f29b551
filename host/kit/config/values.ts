// The kinds of values that keys of the config take: how each is read, what the documentation calls it and what an editor checks.
import { z } from "zod";
import { readRegularFile } from "../files/read-file.ts";
import { nearest } from "../yaml/nearest.ts";
import { describe, leaf, Mistake, optional, secret } from "../yaml/schema.ts";

/** `true` or `false`. */
export function flag(fallback: boolean) {
  return z.boolean().default(fallback).meta({ phrase: "`true` or `false`" });
}

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return leaf(parseOneOf(words), ...formOfOneOf(words));
}

/** Undefined when absent. */
export function optionalOneOf<const Words extends readonly string[]>(words: Words) {
  return optionalLeaf(parseOneOf(words), ...formOfOneOf(words));
}

function formOfOneOf(words: readonly string[]) {
  const json = { enum: [...words] };
  return [listed(words, "or"), json] as const;
}

function parseOneOf<const Words extends readonly string[]>(words: Words) {
  return (value: unknown): Words[number] => {
    if (words.includes(value as string)) return value as Words[number];
    const suggestion = typeof value === "string" ? nearest(value, words) : undefined;
    const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
    throw new Mistake(`must be one of ${words.join(", ")}, not ${describe(value)}${hint}`);
  };
}

/** As in "`a`, `b` or `c`". */
export function listed(words: readonly string[], last: "and" | "or"): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${last} ${quoted.at(-1)}`;
}

export function wholeNumber(least: number, most: number) {
  return leaf(parseWholeNumber(least, most), ...formOfWholeNumber(least, most));
}

/** Undefined when absent. */
export function optionalWholeNumber(least: number, most: number) {
  return optionalLeaf(parseWholeNumber(least, most), ...formOfWholeNumber(least, most));
}

function formOfWholeNumber(least: number, most: number) {
  return [`a whole number from ${least} to ${most}`, { type: "integer", minimum: least, maximum: most }] as const;
}

function parseWholeNumber(least: number, most: number) {
  return (value: unknown): number => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      throw new Mistake(`must be a whole number from ${least} to ${most}, not ${describe(value)}`);
    return value;
  };
}

/** `parse` reads a value when there is one. */
export function optionalLeaf<T>(
  parse: (value: unknown) => T,
  ...form: [type: string, json?: z.core.JSONSchema.BaseSchema]
) {
  return leaf((value) => optional(value, parse), ...form);
}

export function list<Element extends z.ZodType>(element: Element, of: string) {
  return z.array(element).meta({ phrase: `a list of ${of}` });
}

export const filePath = leaf(parseFilePath, "the path of a file");

export function parseFilePath(value: unknown): string {
  if (value === undefined || value === null || value === "") throw new Mistake("is required: the path of a file");
  return parsePath(value);
}

/** Undefined when absent. */
export function optionalPath(type: string) {
  return optionalLeaf(parsePath, type);
}

function parsePath(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.includes("\0"))
    throw new Mistake(`must be the path of a file, not ${describe(value)}`);
  return value;
}

/** The text of a PEM file; undefined where it cannot be read, which whoever checks the configuration reports. */
export function readCertificates(file: string): string | undefined {
  try {
    return readRegularFile(file).toString();
  } catch {
    return undefined;
  }
}

/** A secret that is not empty; undefined when absent. */
export const optionalSecret = optionalLeaf(parseSecret, "a secret text").meta(secret);

/** The message never shows the value: it is a secret. */
export function parseSecret(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new Mistake("must be a text; put it in quotes");
  return value;
}

/** A name that authenticator apps and browsers show; a colon would end it within the label that apps read. Undefined when absent. */
export const optionalName = optionalLeaf((value) => {
  if (typeof value !== "string" || !/^[^\p{Cc}\p{Cs}:]{1,64}$/u.test(value))
    throw new Mistake(`must be a text of 1 to 64 characters without colons, not ${describe(value)}`);
  return value;
}, "a text of 1 to 64 characters without colons");

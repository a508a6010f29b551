import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { section } from "../../host/kit/yaml/schema.ts";
import { configJsonSchema } from "../../scripts/docs/config-schema.ts";
import { readConfigTexts } from "../../scripts/docs/config-texts.ts";
import { configurationDocument } from "../../scripts/docs/configuration.ts";
import { openApiDocument } from "../../scripts/docs/openapi.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, "../../docs", file), "utf8");

test("what is made from the schemas is as they are now", () => {
  expect(configurationDocument(readConfigTexts())).toBe(read("configuration.md"));
  expect(configJsonSchema(readConfigTexts())).toBe(read("zerohop.schema.json"));
  expect(openApiDocument(read("openapi.yaml"))).toBe(read("openapi.yaml"));
});

test("a key without a text, and a text without a key, are mistakes", () => {
  const { keys, ...texts } = readConfigTexts();
  const without = new Map(keys);
  without.delete("session.name");
  expect(() => configurationDocument({ ...texts, keys: without })).toThrow("session.name has no text");
  const more = new Map([...keys, ["session.nonsense", { prose: "x", example: "y" }]]);
  expect(() => configurationDocument({ ...texts, keys: more })).toThrow("there is a text of session.nonsense");
});

test("a key whose kind of value has no name is a mistake", () => {
  const keys = new Map([["cards.codes", { prose: "x", example: "y" }]]);
  const of = (codes: z.ZodType) =>
    configurationDocument({ head: "# x", sections: new Map(), keys }, section({ cards: section({ codes }) }));
  expect(() => of(z.record(z.string(), z.string()))).toThrow("cards.codes: its schema does not say");
  expect(of(z.string().meta({ phrase: "a text" }))).toContain("- **Type:** a text");
});

test("the paths that a folder describes are written over those of docs/openapi.yaml, or added", () => {
  const text = read("openapi.yaml");
  const [summary] = /^ +summary: The visitor's authenticator app\.$/m.exec(text)!;
  expect(openApiDocument(text.replace(summary, summary.replace("app", "toy")))).toBe(text);
  expect(() => openApiDocument(text, ["- x"])).toThrow("a mapping of paths");
  const added = openApiDocument(text, ["/api/card:\n  get: { summary: x }\n"]);
  expect(added).toContain("\n  /api/card:\n    get: { summary: x }\n");
});

test("a request in docs/openapi.yaml that was changed by hand is written anew, and nothing else is", () => {
  const text = read("openapi.yaml");
  const changed = text.replace("username: { type: string, minLength: 1, maxLength: 255 }", "user: { type: string }");
  expect(changed).not.toBe(text);
  expect(openApiDocument(changed)).toBe(text);
  const body = /\n {6}requestBody:\n(?: {8}.*\n)+/;
  expect(openApiDocument(text.replace(body, "\n"))).toBe(text);
  expect(() => openApiDocument(text.replace("  /api/logout:", "  /api/log-out:"))).toThrow("lacks POST /api/logout");
});

// docs/configuration.md: every key of the config with its type and default, from the schema, and the text beside that.
import { stringify } from "yaml";
import type { z } from "zod";
import { schema as wholeSchema } from "../../host/app/config/sections.ts";
import { defaultOf, isRequired, keysIn, phraseOf } from "../../host/kit/yaml/schema.ts";
import type { ConfigTexts } from "./config-texts.ts";

/** Throws where a key lacks a text or a name of its kind of value, and where a text is of no key. */
export function configurationDocument({ head, sections, keys }: ConfigTexts, schema: z.ZodType = wholeSchema): string {
  const [title, ...rest] = head.split("\n");
  const blocks = [title, note, rest.join("\n").trim()];
  const begun = new Set<string>();
  for (const { name, schema: key } of keysIn(schema)) {
    const section = name.split(".")[0]!;
    if (!begun.has(section)) {
      begun.add(section);
      blocks.push(`## ${section}`);
      if (sections.has(section)) blocks.push(sections.get(section)!);
    }
    const text = keys.get(name);
    if (!text) throw new Error(`${name} has no text: give it one in the config.md beside its schema`);
    const type = phraseOf(key);
    if (type === undefined)
      throw new Error(`${name}: its schema does not say what its values are called, as \`phrase\` in its meta()`);
    blocks.push(`### \`${name}\``, text.prose);
    const fallback = isRequired(key) ? "none; required" : `\`${written(defaultOf(key) ?? null)}\``;
    const facts = [
      ["Type", type],
      ["Default", fallback],
      ["Example", `\`${text.example}\``],
    ];
    blocks.push(facts.map(([label, fact]) => `- **${label}:** ${fact}`).join("\n"));
  }
  const unknown = [...keys.keys()].filter((key) => keysIn(schema).every(({ name }) => name !== key));
  if (unknown.length > 0) throw new Error(`there is a text of ${unknown.join(", ")}, and no such key`);
  return `${blocks.join("\n\n")}\n`;
}

const note = "<!-- Written by `npm run docs` from host/**/config.ts and the config.md beside each: change those. -->";

/** A value as it stands in a config, on one line. */
function written(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trim();
}

// docs/zerohop.schema.json: the config's schema as JSON Schema, by which editors complete keys, explain them and mark mistakes.
// It takes what the host takes; what only the host can see, such as whether two keys fit together, it lets pass.
import { parse } from "yaml";
import { z } from "zod";
import { schema } from "../../host/app/config/sections.ts";
import {
  childrenOf,
  defaultOf,
  isRequired,
  isSecret,
  type JsonSchema,
  otherNameOf,
} from "../../host/kit/yaml/schema.ts";
import type { ConfigTexts } from "./config-texts.ts";

export function configJsonSchema(texts: ConfigTexts): string {
  // yaml-language-server knows draft 7.
  const json = z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" });
  const described = { ...json, title: "Configuration of Zerohop", description: "docs/configuration.md explains it." };
  return `${JSON.stringify(complete(described, schema, "", texts), undefined, 2)}\n`;
}

/** Adds to what zod says of a schema what it cannot know. */
function complete(json: JsonSchema, schema: z.ZodType, name: string, texts: ConfigTexts): JsonSchema {
  const { phrase: _, secret: __, otherName: ___, required: ____, ...plain } = withoutNull(json);
  const { shape, element } = childrenOf(schema);
  const text = texts.keys.get(name);
  const prose = text?.prose ?? texts.sections.get(name);
  const full: JsonSchema = {
    ...(prose !== undefined && { description: summary(prose) }),
    ...plain,
    ...(text && { examples: [parse(text.example)] }),
  };
  const fallback = shape ? undefined : defaultOf(schema);
  if (fallback !== undefined) full.default = fallback;
  if (element) full.items = complete(plain.items as JsonSchema, element, `${name}[]`, texts);
  if (shape) Object.assign(full, mapping(shape, plain, name, texts));
  return schema.safeParse(null).success ? nullable(full) : full;
}

type Shape = Readonly<Record<string, z.ZodType>>;

function mapping(shape: Shape, json: JsonSchema, name: string, texts: ConfigTexts): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  const eitherName: JsonSchema[] = [];
  for (const [key, child] of Object.entries(shape)) {
    const property = complete(json.properties![key] as JsonSchema, child, name === "" ? key : `${name}.${key}`, texts);
    properties[key] = property;
    const otherName = otherNameOf(child);
    if (isSecret(child))
      properties[`${key}_file`] = { type: "string", description: `The file that \`${key}\` is read from.` };
    else if (otherName !== undefined) {
      properties[otherName] = { ...property, description: `Another name for \`${key}\`.` };
      eitherName.push({ oneOf: [{ required: [key] }, { required: [otherName] }] });
    } else if (isRequired(child)) required.push(key);
  }
  return { properties, ...(required.length > 0 && { required }), ...(eitherName.length > 0 && { allOf: eitherName }) };
}

/** What zod says of a schema that takes null too, but for that. */
function withoutNull({ anyOf, ...json }: JsonSchema): JsonSchema {
  const others = (anyOf as JsonSchema[] | undefined)?.filter(({ type }) => type !== "null");
  if (!others) return json;
  return others.length === 1 ? { ...json, ...others[0] } : { ...json, anyOf: others };
}

/** A key without a value stands for an empty section, or for the default. */
function nullable(json: JsonSchema): JsonSchema {
  if (json.enum) return { ...json, enum: [...json.enum, null] };
  if (json.anyOf) return { ...json, anyOf: [...json.anyOf, { type: "null" }] };
  return typeof json.type === "string" ? { ...json, type: [json.type, "null"] as never } : json;
}

/** The first paragraph of a text, on one line, without its links. */
function summary(prose: string): string {
  return prose
    .split("\n\n")[0]!
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}

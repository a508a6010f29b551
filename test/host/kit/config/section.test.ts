import { expect, test } from "vitest";
import { z } from "zod";
import { configSection, schemaOf, valuesOf } from "../../../../host/kit/config/section.ts";
import { keysIn, section, validate } from "../../../../host/kit/yaml/schema.ts";

const lamp = configSection({
  keys: { "house.lamp": section({ on: z.boolean().default(false) }), watts: z.number().default(5) },
  config: ({ "house.lamp": { on }, watts }) => ({ power: on ? watts : 0 }),
});
const door = configSection({ keys: { "house.door": section({ open: z.boolean() }) }, config: (keys) => keys });

test("sections share the mappings on the way to their keys, each has its own values", () => {
  const schema = schemaOf([lamp, door]);
  expect(keysIn(schema).map(({ name }) => name)).toEqual(["house.lamp.on", "house.door.open", "watts"]);
  const result = validate(schema, { house: { lamp: { on: true }, door: { open: true } } });
  if (!("data" in result)) throw new Error("it is valid");
  expect(lamp.config(valuesOf(lamp, result.data), { folder: "/", portalName: "" })).toEqual({ power: 5 });
  expect(validate(schema, { house: { dor: {}, door: { open: true } } })).toEqual({
    issues: [{ path: ["house", "dor"], part: "key", message: "unknown key; did you mean door?" }],
  });
});

test.each([
  ["the same key", "house.lamp"],
  ["a key within another's", "house.lamp.color"],
  ["a key deep within another's", "house.lamp.color.red"],
  ["a key around another's", "house"],
])("two sections cannot have %s", (_, path) => {
  const other = configSection({ keys: { [path]: z.string() }, config: (keys) => keys });
  expect(() => schemaOf([lamp, other])).toThrow(`two sections of the config have ${path}`);
});

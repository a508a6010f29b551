// `npm run mutations` can make each of its mistakes: what it changes stands in the source.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mutations } from "./mutations.ts";

const core = join(import.meta.dirname, "..", "..", "assembly", "core");

test.each(mutations)("$file has once what is mistaken where $harm", ({ file, find, replace }) => {
  const source = readFileSync(join(core, file), "utf8");
  expect(source.split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});

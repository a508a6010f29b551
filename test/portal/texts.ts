// Every text that the portal has in a language: those that its parts share, and those of each feature under the feature's folder.
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Language } from "../../portal/languages/index.ts";

const features = join(import.meta.dirname, "..", "..", "host");
const choosers = await Promise.all(
  globSync("**/texts/index.ts", { cwd: features })
    .sort()
    .map(async (file) => {
      const [texts, ...others] = Object.values(await import(join(features, file)));
      if (typeof texts !== "function" || others.length > 0) throw new Error(`${file} must export its texts alone`);
      return [dirname(dirname(file)), texts as (language: Language) => unknown] as const;
    }),
);

export function allTexts(language: Language): Readonly<Record<string, unknown>> {
  return { ...language.texts, ...Object.fromEntries(choosers.map(([folder, texts]) => [folder, texts(language)])) };
}

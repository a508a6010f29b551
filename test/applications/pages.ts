// The pages of docs/applications: their files, which are code blocks that name one behind their language.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const folder = join(import.meta.dirname, "..", "..", "docs", "applications");

export interface Block {
  /** As in a code block that begins with "yaml zerohop.yml"; empty where none is named. */
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

export interface Page {
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** All but the index, by name. */
export function pages(): readonly Page[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
  return files.sort().map(page);
}

export function page(file: string): Page {
  const text = readFileSync(join(folder, file), "utf8");
  const blocks = [...text.matchAll(/^```(\S*)(?: ([^\n]*))?\n(.*?)^```$/gms)].map(([, language, name, inside]) => ({
    ...{ language: language!, file: name ?? "", text: inside! },
  }));
  return { file, text, blocks };
}

/** The text of a page's file. */
export function documented(file: string, name: string): string {
  const block = page(file).blocks.find((one) => one.file === name);
  if (!block) throw new Error(`docs/applications/${file} has no ${name}`);
  return block.text;
}

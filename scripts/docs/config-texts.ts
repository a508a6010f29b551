// The texts about keys of the config: host/**/config.md, beside the schema that each is about.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface KeyText {
  /** What the key does, in Markdown. */
  readonly prose: string;
  /** A value as it would be written, in YAML. */
  readonly example: string;
}

export interface ConfigTexts {
  /** What docs/configuration.md begins with. */
  readonly head: string;
  /** What stands before a section's keys, by the section's name. */
  readonly sections: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, KeyText>;
}

/** Throws where a text is not of the form, or tells of a key a second time. */
export function readConfigTexts(): ConfigTexts {
  const sections = new Map<string, string>();
  const keys = new Map<string, KeyText>();
  let head = "";
  for (const file of globSync("host/**/config.md", { cwd: root }).sort()) {
    for (const block of readFileSync(join(root, file), "utf8").split(/^(?=###? )/m)) {
      if (!block.startsWith("##")) {
        head = block.trim();
        continue;
      }
      const [, section, key, text = ""] = /^##(?: (\S+)|# `([^`]+)`)\n([\s\S]*)$/.exec(block) ?? [];
      const name = section ?? key;
      if (name === undefined) throw new Error(`${file}: a heading is neither "## section" nor "### \`key\`"`);
      if ((section ? sections : keys).has(name)) throw new Error(`${file}: ${name} has a text already`);
      if (section) sections.set(section, text.trim());
      else keys.set(name, keyText(text, `${file}: ${name}`));
    }
  }
  return { head, sections, keys };
}

function keyText(text: string, place: string): KeyText {
  const [, prose, example] = /^([\s\S]+?)\n\n- \*\*Example:\*\* `(.+)`$/.exec(text.trim()) ?? [];
  if (prose === undefined || example === undefined)
    throw new Error(`${place} needs a text and, at its end, - **Example:** \`VALUE\``);
  return { prose, example };
}

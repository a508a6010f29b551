// A strict reader of the HTML that the pages write: it knows only what they use, and throws at anything else, so that a
// value which changes the markup cannot go unnoticed. Not an HTML parser.

export interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Text between this tag and its end, without that of inner tags. */
  text: string;
}

const voidElements = new Set(["meta", "link", "input", "img", "path", "circle", "wbr"]);
const token = /<!doctype html>|<\/([a-z0-9]+)>|<([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>|[^<>"']+/y;
const attribute = /([a-zA-Z-]+)(?:="([^"]*)")?/g;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** All elements in document order. Throws where a quote, an angle bracket or an ampersand stands unescaped, or where nesting breaks. */
export function readDocument(source: string): Tag[] {
  const tags: Tag[] = [];
  const open: Tag[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (!match) throw new Error(`not what a page writes, at ${at}: ${JSON.stringify(source.slice(at, at + 60))}`);
    const [whole, closing, opening, attributes] = match;
    if (closing !== undefined) {
      const last = open.pop();
      if (last?.name !== closing) throw new Error(`</${closing}> at ${at} closes <${last?.name}>`);
    } else if (opening !== undefined) {
      const tag: Tag = { name: opening, attributes: readAttributes(attributes ?? ""), text: "" };
      tags.push(tag);
      if (!voidElements.has(opening)) open.push(tag);
    } else if (!whole.startsWith("<!")) {
      const parent = open.at(-1);
      if (parent) parent.text += decode(whole);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.name}> is never closed`);
  return tags;
}

function readAttributes(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, value] of source.matchAll(attribute)) {
    if (attributes.has(name!)) throw new Error(`attribute ${name} given twice`);
    attributes.set(name!, decode(value ?? ""));
  }
  return attributes;
}

function decode(text: string): string {
  return text.replace(/&([a-z0-9#]*;?)/g, (_, name: string) => {
    const character = name.endsWith(";") ? entities[name.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`a bare ampersand: &${name}`);
    return character;
  });
}

// The commands of the documents: lines of a block that is indented by four spaces. A block that cannot be run where its document is tested
// says so in the line before it: `<!-- run by FILE -->` names the test that runs it, `<!-- not run: REASON -->` why nothing does.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface CommandBlock {
  readonly heading: string;
  readonly commands: readonly string[];
  /** The file that runs them elsewhere. */
  readonly runBy?: string;
  /** Why they are not run. */
  readonly notRun?: string;
}

/** The blocks of a document, by its path in the checkout. */
export function commandBlocks(file: string): readonly CommandBlock[] {
  const blocks: CommandBlock[] = [];
  let heading = "";
  let before = "";
  let commands: string[] = [];
  let isFenced = false;
  for (const line of [...readFileSync(join(root, file), "utf8").split("\n"), ""]) {
    if (line.startsWith("```")) isFenced = !isFenced;
    const command = isFenced ? undefined : /^ {4}(\S.*)$/.exec(line)?.[1];
    if (command !== undefined) {
      commands.push(command);
      continue;
    }
    if (commands.length > 0) {
      const [, runBy] = /^<!-- run by (\S+) -->$/.exec(before) ?? [];
      const [, notRun] = /^<!-- not run: (.+) -->$/.exec(before) ?? [];
      blocks.push({ heading, commands, ...(runBy && { runBy }), ...(notRun && { notRun }) });
      commands = [];
    }
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    if (line !== "") before = line;
  }
  return blocks;
}

/** The five commands of docs/getting-started.md for a proxy. */
export function guideCommands(proxy: string): readonly string[] {
  return commandBlocks("docs/getting-started.md")
    .filter(({ heading }) => heading === proxy)
    .flatMap(({ commands }) => commands);
}

// Prints the script that has a shell complete zerohop's commands and options.
import { usage } from "../../kit/errors.ts";
import { commandOf } from "../command.ts";
import { loadCommand, summaries } from "../command-table.ts";
import { completionScript, shells } from "../completion.ts";

export const command = commandOf({
  options: {},
  positionals: shells.join("|"),
  examples: [
    "source <(zerohop completion bash)",
    "zerohop completion zsh >/usr/local/share/zsh/site-functions/_zerohop",
    "zerohop completion fish >~/.config/fish/completions/zerohop.fish",
  ],
  async run({ positionals }) {
    const shell = shells.find((shell) => shell === positionals[0]);
    if (shell === undefined || positionals.length !== 1) throw usage(`name one of ${shells.join(", ")}`);
    const rows = Object.entries(summaries).map(
      async ([name, summary]) => [name, { summary, command: await loadCommand(name) }] as const,
    );
    process.stdout.write(completionScript(shell, new Map(await Promise.all(rows))));
    return 0;
  },
});

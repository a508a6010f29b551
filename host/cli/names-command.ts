// Commands that do one thing to all users, or accounts, that they name.
import { usage } from "../kit/errors.ts";
import type { Operator } from "../operations/operator.ts";
import { commandOf, configOption } from "./command.ts";
import { asOperator } from "./open.ts";

interface Change {
  readonly example: string;
  /** How the command says that it is done. */
  readonly done: "deleted" | "disabled" | "enabled";
  /** Returns how many sessions have ended, where it ends any. */
  readonly change: (operator: Operator, names: readonly string[]) => Promise<unknown>;
}

export function namesCommand({ example, done, change }: Change) {
  return commandOf({
    options: { config: configOption },
    positionals: "NAME...",
    examples: [example],
    async run(args) {
      const names = args.positionals;
      if (names.length === 0) throw usage("name at least one user");
      const ended = await asOperator(args, (operator) => change(operator, names));
      console.log(`${done}: ${names.join(", ")}${typeof ended === "number" ? `, sessions ended: ${ended}` : ""}`);
      return 0;
    },
  });
}

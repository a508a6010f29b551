// Prints the edge tokens, oldest first: their names and times, for nobody knows the tokens themselves.
import { listEdgeTokens } from "../../operations/edge-tokens.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

export const command: Command = {
  options: { config: configOption, json: { type: "boolean", help: "print one JSON object per line" } },
  examples: ["zerohop edge-token list --config /etc/zerohop/zerohop.yml"],
  run: (args) =>
    asOperator(args, async (operator) => {
      const tokens = await listEdgeTokens(operator);
      if (args.options.json) for (const token of tokens) console.log(JSON.stringify(token));
      else
        printTable([
          ["NAME", "CREATED", "LAST USED"],
          ...tokens.map(({ name, createdAt, lastUsed }) => [
            name,
            timeText(createdAt),
            lastUsed === null ? "never" : timeText(lastUsed),
          ]),
        ]);
      return 0;
    }),
};

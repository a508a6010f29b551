// Prints the edge tokens, oldest first: their names and times, for nobody knows the tokens themselves.
import { listEdgeTokens } from "../../operations/edge-tokens.ts";
import { commandOf, configOption, jsonOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printList, timeText } from "../text-table.ts";

export const command = commandOf({
  options: { config: configOption, json: jsonOption },
  examples: ["zerohop edge-token list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    printList(args.options.json, await asOperator(args, listEdgeTokens), {
      NAME: ({ name }) => name,
      CREATED: ({ createdAt }) => timeText(createdAt),
      "LAST USED": ({ lastUsed }) => (lastUsed === null ? "never" : timeText(lastUsed)),
    });
    return 0;
  },
});

// Prints the edge tokens, oldest first: their names and times, for nobody knows the tokens themselves.
import { type Command, configOption } from "../command.ts";
import { withStore } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

export const command: Command = {
  options: { config: configOption, json: { type: "boolean", help: "print one JSON object per line" } },
  run: (args) =>
    withStore(args, async (store) => {
      const tokens = await store.edgeTokens.list();
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

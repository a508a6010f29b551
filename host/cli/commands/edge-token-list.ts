// Prints the edge tokens, oldest first: their names and times, for nobody knows the tokens themselves.
import { EdgeTokenStore } from "../../gates/edge/edge-token-store.ts";
import { type Command, configOption } from "../command.ts";
import { withDatabase } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

export const command: Command = {
  options: { config: configOption, json: { type: "boolean", help: "print one JSON object per line" } },
  run: (args) =>
    withDatabase(args, async (database) => {
      const tokens = await new EdgeTokenStore(database).list();
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

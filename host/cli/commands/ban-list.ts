// Prints whom regulation has banned. A user's known places are banned one by one; attempts from elsewhere by user.

import type { RegulationRecord } from "../../identity/regulation/store.ts";
import { listBans } from "../../operations/bans.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

const columns = ["KIND", "WHO", "UNTIL", "IN A ROW"];

export const command: Command = {
  options: {
    config: configOption,
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  examples: ["zerohop ban list --config /etc/zerohop/zerohop.yml"],
  run: (args) =>
    asOperator(args, async (operator) => {
      const bans = await listBans(operator);
      if (args.options.json)
        for (const { kind, label, heldUntil, bans: inARow } of bans)
          console.log(JSON.stringify({ kind, who: label, until: heldUntil, in_a_row: inARow }));
      else printTable([columns, ...bans.map(row)]);
      return 0;
    }),
};

function row({ kind, label, heldUntil, bans }: RegulationRecord): string[] {
  return [kind, label ?? "(a name that nobody has)", timeText(heldUntil), String(bans)];
}

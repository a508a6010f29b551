// Prints whom regulation has banned. A user's known places are banned one by one; attempts from elsewhere by user.
import { listBans } from "../../operations/bans.ts";
import { commandOf, configOption, jsonOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printList, timeText } from "../text-table.ts";

export const command = commandOf({
  options: { config: configOption, json: jsonOption },
  examples: ["zerohop ban list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const bans = await asOperator(args, listBans);
    const shown = bans.map(({ kind, label, heldUntil, bans }) => ({
      kind,
      who: label,
      until: heldUntil,
      in_a_row: bans,
    }));
    printList(args.options.json, shown, {
      KIND: ({ kind }) => kind,
      WHO: ({ who }) => who ?? "(a name that nobody has)",
      UNTIL: ({ until }) => timeText(until),
      "IN A ROW": ({ in_a_row }) => String(in_a_row),
    });
    return 0;
  },
});

// Lifts bans and delays at once, and forgets the failures behind them. A running host needs no notice.
import { HostError, usage } from "../../kit/errors.ts";
import { liftBans } from "../../operations/bans.ts";
import { commandOf, configOption, textOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    user: textOption("NAME", "lift what is held against this user (name or e-mail address), wherever from"),
    address: textOption("IP", "lift what is held against this address (IPv6: its /64)"),
  },
  examples: [
    "zerohop ban lift --config /etc/zerohop/zerohop.yml --user alice",
    "zerohop ban lift --config /etc/zerohop/zerohop.yml --address 203.0.113.7",
  ],
  run: async (args) => {
    const { user, address } = args.options;
    if ((user === undefined) === (address === undefined)) throw usage("name either a --user or an --address");
    const whom = user === undefined ? { address: address! } : { user };
    const lifted = await asOperator(args, (operator) => liftBans(operator, whom));
    if (lifted === 0) throw new HostError("not_found", `nothing is held against ${user ?? address}`);
    console.log(`lifted: ${lifted}`);
    return 0;
  },
});

// Lifts bans and delays at once, and forgets the failures behind them. A running host needs no notice.
import { HostError } from "../../kit/errors.ts";
import { type Command, configOption } from "../command.ts";
import { openRegulation, withDatabase } from "../open.ts";
import { recordOperation } from "../record-operation.ts";

export const command: Command = {
  options: {
    config: configOption,
    user: { type: "string", value: "NAME", help: "lift what is held against this user, wherever from" },
    address: { type: "string", value: "IP", help: "lift what is held against this address (IPv6: its /64)" },
  },
  run: async (args) => {
    const { user, address } = args.options;
    if ((user === undefined) === (address === undefined))
      throw new HostError("usage", "name either a --user or an --address");
    return withDatabase(args, async (database, config) => {
      const regulation = await openRegulation(database, config);
      const lifted =
        user === undefined ? await regulation.liftAddress(String(address)) : await regulation.liftUser(String(user));
      if (lifted === 0) throw new HostError("not_found", `nothing is held against ${user ?? address}`);
      const whom = user === undefined ? { address: String(address) } : { user: String(user) };
      await recordOperation(database, { action: "ban lift", ...whom });
      console.log(`lifted: ${lifted}`);
      return 0;
    });
  },
};

// Ends sessions at once: a running host publishes it to every gate within a fraction of a second.
import { HostError, usage } from "../../kit/errors.ts";
import { revokeSessions, revokeSessionsOf } from "../../operations/sessions.ts";
import { commandOf, configOption, textOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    user: textOption("NAME", "end all sessions of this user"),
  },
  positionals: "[SID...]",
  examples: [
    "zerohop session revoke --config /etc/zerohop/zerohop.yml --user alice",
    "zerohop session revoke --config /etc/zerohop/zerohop.yml vY0vAlAFEyJqDlN3bIVOXQ",
  ],
  async run(args) {
    const { user } = args.options;
    const sids = args.positionals;
    if ((user === undefined) === (sids.length === 0)) throw usage("name either sessions or a --user");
    return asOperator(args, async (operator) => {
      if (user !== undefined) {
        console.log(`ended: ${await revokeSessionsOf(operator, user)}`);
        return 0;
      }
      const missing = await revokeSessions(operator, sids);
      if (missing.length > 0) throw new HostError("not_found", `no such session: ${missing.join(", ")}`);
      console.log(`ended: ${sids.length}`);
      return 0;
    });
  },
});

// Takes edge tokens back: gates that show them get no bundle any more, and stop to let anybody in once theirs is too old.

import { HostError, usage } from "../../kit/errors.ts";
import { revokeEdgeTokens } from "../../operations/edge-tokens.ts";
import { commandOf, configOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop edge-token revoke --config /etc/zerohop/zerohop.yml envoy-1"],
  async run(args) {
    const names = args.positionals;
    if (names.length === 0) throw usage("name the edge tokens to revoke");
    const { revoked, missing } = await asOperator(args, (operator) => revokeEdgeTokens(operator, names));
    if (missing.length > 0) throw new HostError("not_found", `no such edge token: ${missing.join(", ")}`);
    console.log(`revoked: ${revoked}`);
    return 0;
  },
});

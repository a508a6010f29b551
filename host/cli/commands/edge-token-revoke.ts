// Takes edge tokens back: gates that show them get no bundle any more, and stop to let anybody in once theirs is too old.
import { EdgeTokenStore } from "../../gates/edge/edge-token-store.ts";
import { HostError } from "../../kit/errors.ts";
import { type Command, configOption } from "../command.ts";
import { withDatabase } from "../open.ts";
import { recordOperation } from "../record-operation.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = args.positionals;
    if (names.length === 0) throw new HostError("usage", "name the edge tokens to revoke");
    return withDatabase(args, async (database) => {
      let revoked = 0;
      const missing: string[] = [];
      for (const name of names) {
        const removed = await new EdgeTokenStore(database).remove(name);
        if (removed === 0) missing.push(name);
        else await recordOperation(database, { action: "edge token", detail: { name, revoked: removed } });
        revoked += removed;
      }
      if (missing.length > 0) throw new HostError("not_found", `no such edge token: ${missing.join(", ")}`);
      console.log(`revoked: ${revoked}`);
      return 0;
    });
  },
};

// Ends sessions at once: a running host publishes it to every gate within a fraction of a second.

import { systemClock } from "../../kit/clock.ts";
import { HostError } from "../../kit/errors.ts";
import { revokeSession, revokeUser } from "../../session/revocation.ts";
import { SessionStore } from "../../session/store.ts";
import { type Command, configOption } from "../command.ts";
import { withDatabase } from "../open.ts";
import { recordOperation } from "../record-operation.ts";

export const command: Command = {
  options: {
    config: configOption,
    user: { type: "string", value: "NAME", help: "end all sessions of this user" },
  },
  positionals: "[SID...]",
  async run(args) {
    const { user } = args.options;
    if ((user === undefined) === (args.positionals.length === 0))
      throw new HostError("usage", "name either sessions or a --user");
    return withDatabase(args, async (database, { session }) => {
      const now = systemClock();
      const sessions = new SessionStore(database);
      if (user !== undefined) {
        const ended = await revokeUser(sessions, session, String(user), now);
        await recordOperation(database, { action: "session end", user: String(user), detail: { sessions: ended } });
        console.log(`ended: ${ended}`);
        return 0;
      }
      const missing: string[] = [];
      for (const sid of args.positionals) {
        const before = await sessions.session(sid);
        if (!(await revokeSession(sessions, session, sid, now))) missing.push(sid);
        else
          await recordOperation(database, { action: "session end", user: before?.username, detail: { session: sid } });
      }
      if (missing.length > 0) throw new HostError("not_found", `no such session: ${missing.join(", ")}`);
      console.log(`ended: ${args.positionals.length}`);
      return 0;
    });
  },
};

// Prints the sessions that live, latest first.
import { systemClock } from "../../clock.ts";
import { isLive } from "../../session/liveness.ts";
import type { StoredSession } from "../../store/store.ts";
import { type Command, configOption } from "../command.ts";
import { withStore } from "../open.ts";
import { formatTime, printTable } from "../table.ts";

const columns = ["SID", "USER", "DOMAIN", "LEVEL", "LOGGED IN", "LAST SEEN", "ENDS", "ADDRESS"];

export const command: Command = {
  options: {
    config: configOption,
    user: { type: "string", value: "NAME", help: "only the sessions of this user" },
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  run: (args) =>
    withStore(args, async (store, { session: limits }) => {
      const { user, json } = args.options;
      const now = systemClock();
      const sessions = await store.sessions(now, user === undefined ? undefined : String(user));
      const live = sessions.filter((session) => isLive(session, limits, now));
      if (json) for (const session of live) console.log(JSON.stringify(session));
      else printTable(columns, live.map(row));
      return 0;
    }),
};

function row(session: StoredSession): string[] {
  const { sid, username, domain, level, authTime, lastSeen, expiresAt, address } = session;
  return [
    sid,
    username,
    domain,
    String(level),
    formatTime(authTime),
    formatTime(lastSeen),
    formatTime(expiresAt),
    address,
  ];
}

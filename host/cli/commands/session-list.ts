// Prints the sessions that live, latest first, some at a time, however many there are.

import { HostError } from "../../kit/errors.ts";
import { listSessions } from "../../operations/sessions.ts";
import { cursorText, parseCursor } from "../../session/session-cursor.ts";
import type { StoredSession } from "../../session/store.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

const columns = ["SID", "USER", "DOMAIN", "LEVEL", "LOGGED IN", "LAST SEEN", "ENDS", "ADDRESS"];

/** Sessions that are listed at a time without --limit. */
const usualLimit = 1000;

export const command: Command = {
  options: {
    config: configOption,
    user: { type: "string", value: "NAME", help: "only the sessions of this user" },
    limit: { type: "string", value: "N", help: `so many at most (${usualLimit})` },
    after: { type: "string", value: "PLACE", help: "the ones after those of an earlier call, which said from where" },
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  examples: [
    "zerohop session list --config /etc/zerohop/zerohop.yml",
    "zerohop session list --config /etc/zerohop/zerohop.yml --user alice",
  ],
  run: (args) =>
    asOperator(args, async (operator) => {
      const { user, json } = args.options;
      const { sessions, next } = await listSessions(operator, {
        limit: limitOf(args.options.limit),
        after: cursorOf(args.options.after),
        user: user === undefined ? undefined : String(user),
      });
      if (json) for (const session of sessions) console.log(JSON.stringify(session));
      else printTable([columns, ...sessions.map(row)]);
      if (next) console.error(`There are more: --after ${cursorText(next)}`);
      return 0;
    }),
};

function limitOf(option: unknown): number {
  const limit = option === undefined ? usualLimit : Number(option);
  if (!Number.isInteger(limit) || limit < 1) throw new HostError("usage", "--limit must be a number above 0");
  return limit;
}

function cursorOf(option: unknown) {
  if (option === undefined) return undefined;
  const cursor = parseCursor(String(option));
  if (!cursor) throw new HostError("usage", "--after must be what an earlier call said");
  return cursor;
}

function row(session: StoredSession): string[] {
  const { sid, username, domain, level, authTime, lastSeen, expiresAt, address } = session;
  return [sid, username, domain, String(level), timeText(authTime), timeText(lastSeen), timeText(expiresAt), address];
}

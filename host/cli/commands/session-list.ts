// Prints the sessions that live, latest first, some at a time, however many there are.
import { usage } from "../../kit/errors.ts";
import { listSessions } from "../../operations/sessions.ts";
import { cursorText, parseCursor } from "../../session/session-page.ts";
import { commandOf, configOption, jsonOption, textOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printList, timeText } from "../text-table.ts";

/** Sessions that are listed at a time without --limit. */
const usualLimit = 1000;

export const command = commandOf({
  options: {
    config: configOption,
    user: textOption("NAME", "only the sessions of this user"),
    limit: textOption("N", `so many at most (${usualLimit})`),
    after: textOption("PLACE", "the ones after those of an earlier call, which said from where"),
    json: jsonOption,
  },
  examples: [
    "zerohop session list --config /etc/zerohop/zerohop.yml",
    "zerohop session list --config /etc/zerohop/zerohop.yml --user alice",
  ],
  async run(args) {
    const { user, json, limit, after } = args.options;
    const { sessions, next } = await asOperator(args, (operator) =>
      listSessions(operator, { limit: limitOf(limit), after: cursorOf(after), user }),
    );
    printList(json, sessions, {
      SID: ({ sid }) => sid,
      USER: ({ username }) => username,
      DOMAIN: ({ domain }) => domain,
      LEVEL: ({ level }) => String(level),
      "LOGGED IN": ({ authTime }) => timeText(authTime),
      "LAST SEEN": ({ lastSeen }) => timeText(lastSeen),
      ENDS: ({ expiresAt }) => timeText(expiresAt),
      ADDRESS: ({ address }) => address,
    });
    if (next) console.error(`There are more: --after ${cursorText(next)}`);
    return 0;
  },
});

function limitOf(option: string | undefined): number {
  const limit = option === undefined ? usualLimit : Number(option);
  if (!Number.isInteger(limit) || limit < 1) throw usage("--limit must be a number above 0");
  return limit;
}

function cursorOf(option: string | undefined) {
  if (option === undefined) return undefined;
  const cursor = parseCursor(option);
  if (!cursor) throw usage("--after must be what an earlier call said");
  return cursor;
}

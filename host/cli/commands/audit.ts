// Prints the audit trail, oldest first.
import { auditActions } from "../../audit/event.ts";
import type { AuditFilter } from "../../audit/store.ts";
import { factorActions } from "../../features/second-factor/factors.ts";
import { systemClock } from "../../kit/clock.ts";
import { parseDuration } from "../../kit/config/duration.ts";
import { usage } from "../../kit/errors.ts";
import { Mistake } from "../../kit/yaml/schema.ts";
import { auditRecords } from "../../operations/audit.ts";
import { commandOf, configOption, jsonOption, textOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printList, timeText } from "../text-table.ts";

const actions: readonly string[] = [...auditActions, ...factorActions];

/** Printed where --limit says nothing else. */
const usualLimit = 1000;

export const command = commandOf({
  options: {
    config: configOption,
    user: textOption("NAME", "only what is about this user"),
    action: textOption("ACTION", `only these: ${actions.join(", ")}`),
    outcome: textOption("OUTCOME", "only success, or only failure"),
    address: textOption("IP", "only what came from this address"),
    request: textOption("ID", "only what happened in the request with this id"),
    since: textOption("TIME", "only what is not older: 24h, 2026-01-31, 2026-01-31T12:00:00Z"),
    until: textOption("TIME", "only what is older"),
    limit: textOption("N", `at most so many, the latest (default: ${usualLimit})`),
    json: jsonOption,
  },
  examples: [
    "zerohop audit --config /etc/zerohop/zerohop.yml --since 24h --outcome failure",
    "zerohop audit --config /etc/zerohop/zerohop.yml --user alice --json",
  ],
  async run(args) {
    const { user, action, outcome, address, request: requestId, since, until, limit, json } = args.options;
    if (action !== undefined && !actions.includes(action)) throw usage(`--action must be one of ${actions.join(", ")}`);
    if (outcome !== undefined && outcome !== "success" && outcome !== "failure")
      throw usage("--outcome must be success or failure");
    const filter: AuditFilter = {
      outcome,
      ...{ user, action, requestId, address: address?.toLowerCase() },
      ...{ since: timeIn("since", since), until: timeIn("until", until), limit: limitIn(limit) },
    };
    printList(json, await asOperator(args, (operator) => auditRecords(operator, filter)), {
      TIME: ({ at }) => timeText(at),
      ACTION: ({ action }) => action,
      OUTCOME: ({ outcome }) => outcome,
      BY: ({ by }) => by,
      USER: ({ user }) => user ?? "-",
      ADDRESS: ({ address }) => address ?? "-",
      REQUEST: ({ requestId }) => requestId ?? "-",
      DETAIL: ({ detail }) =>
        Object.entries(detail)
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
    });
    return 0;
  },
});

/** Seconds since the epoch. */
function timeIn(name: "since" | "until", text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return Math.floor(Date.parse(text) / 1000);
  try {
    return systemClock() - parseDuration(text, 1);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw usage(`--${name} must be a duration such as 24h, a date or a time such as 2026-01-31T12:00:00Z`);
  }
}

function limitIn(text = String(usualLimit)): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage("--limit must be a number above 0");
  return Number(text);
}

// Prints the audit trail, oldest first.

import { auditActions } from "../../audit/event.ts";
import type { AuditFilter, AuditRecord } from "../../audit/store.ts";
import { factorActions } from "../../features/second-factor/factors.ts";
import { systemClock } from "../../kit/clock.ts";
import { parseDuration } from "../../kit/config/duration.ts";
import { HostError } from "../../kit/errors.ts";
import { Mistake } from "../../kit/yaml/schema.ts";
import { auditRecords } from "../../operations/audit.ts";
import { type Arguments, type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable, timeText } from "../text-table.ts";

const columns = ["TIME", "ACTION", "OUTCOME", "BY", "USER", "ADDRESS", "REQUEST", "DETAIL"];

const actions: readonly string[] = [...auditActions, ...factorActions];

/** Printed where --limit says nothing else. */
const usualLimit = 1000;

export const command: Command = {
  options: {
    config: configOption,
    user: { type: "string", value: "NAME", help: "only what is about this user" },
    action: { type: "string", value: "ACTION", help: `only these: ${actions.join(", ")}` },
    outcome: { type: "string", value: "OUTCOME", help: "only success, or only failure" },
    address: { type: "string", value: "IP", help: "only what came from this address" },
    request: { type: "string", value: "ID", help: "only what happened in the request with this id" },
    since: { type: "string", value: "TIME", help: "only what is not older: 24h, 2026-01-31, 2026-01-31T12:00:00Z" },
    until: { type: "string", value: "TIME", help: "only what is older" },
    limit: { type: "string", value: "N", help: `at most so many, the latest (default: ${usualLimit})` },
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  examples: [
    "zerohop audit --config /etc/zerohop/zerohop.yml --since 24h --outcome failure",
    "zerohop audit --config /etc/zerohop/zerohop.yml --user alice --json",
  ],
  run: async (args) => {
    const filter = { ...texts(args), ...time(args, "since"), ...time(args, "until"), limit: limit(args) };
    return asOperator(args, async (operator) => {
      const records = await auditRecords(operator, filter);
      if (args.options.json) for (const record of records) console.log(JSON.stringify(record));
      else printTable([columns, ...records.map(row)]);
      return 0;
    });
  },
};

function texts({ options: { user, action, outcome, address, request } }: Arguments): AuditFilter {
  if (action !== undefined && !actions.some((known) => known === action))
    throw new HostError("usage", `--action must be one of ${actions.join(", ")}`);
  if (outcome !== undefined && outcome !== "success" && outcome !== "failure")
    throw new HostError("usage", "--outcome must be success or failure");
  return {
    ...(outcome !== undefined && { outcome }),
    ...(request !== undefined && { requestId: String(request) }),
    ...(user !== undefined && { user: String(user) }),
    ...(action !== undefined && { action: String(action) }),
    ...(address !== undefined && { address: String(address).toLowerCase() }),
  };
}

function time({ options }: Arguments, name: "since" | "until"): { readonly since?: number; readonly until?: number } {
  if (options[name] === undefined) return {};
  const text = String(options[name]);
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return { [name]: Math.floor(Date.parse(text) / 1000) };
  try {
    return { [name]: systemClock() - parseDuration(text, 1) };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw new HostError(
      "usage",
      `--${name} must be a duration such as 24h, a date or a time such as 2026-01-31T12:00:00Z`,
    );
  }
}

function limit({ options }: Arguments): number {
  const text = String(options.limit ?? usualLimit);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new HostError("usage", "--limit must be a number above 0");
  return Number(text);
}

function row({ at, action, outcome, by, user, address, requestId, detail }: AuditRecord): string[] {
  const details = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return [timeText(at), action, outcome, by, user ?? "-", address ?? "-", requestId ?? "-", details.join(" ")];
}

// Access logs as lists of requests: JSON lines such as deploy/envoy/envoy.yaml writes, and the combined format of Apache and
// nginx with the virtual host in front. What a log does not tell is left open.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { isMapping, type Mapping } from "../kit/config/mapping.ts";

export interface LoggedRequest {
  readonly method: string;
  /** With a port, if the log has one. */
  readonly host: string;
  /** Path and query, as far as they are logged. */
  readonly target: string;
  readonly address?: string;
  /** null: nobody was logged in; undefined: the log does not tell. */
  readonly user?: string | null;
  readonly groups?: readonly string[];
}

/** Reads a log line by line; undefined for a line that is no request. Throws the errors of reading a file. */
export async function* readAccessLog(file: string): AsyncGenerator<LoggedRequest | undefined> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line.trim() !== "") yield parseLogLine(line);
}

export function parseLogLine(line: string): LoggedRequest | undefined {
  return line.trimStart().startsWith("{") ? parseJson(line) : parseCombined(line);
}

function parseJson(line: string): LoggedRequest | undefined {
  const entry = jsonOf(line);
  if (!isMapping(entry)) return undefined;
  const method = textOf(entry, "method") ?? "GET";
  const host = textOf(entry, "host", "authority", "vhost");
  const target = textOf(entry, "path", "uri", "target");
  if (host === undefined || target === undefined) return undefined;
  const address = textOf(entry, "client", "ip", "remote_addr");
  const groups = groupsOf(entry.groups);
  return {
    method,
    host,
    target,
    ...(address !== undefined && { address }),
    ...("user" in entry && { user: textOf(entry, "user") ?? null }),
    ...(groups !== undefined && { groups }),
  };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The first of these keys that has a value; `-` is how logs write that there is none. */
function textOf(entry: Mapping, ...keys: readonly string[]): string | undefined {
  const values = keys.map((key) => entry[key]);
  return values.find((value): value is string => typeof value === "string" && value !== "" && value !== "-");
}

/** A list, or the names joined by commas as in Remote-Groups. */
function groupsOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "string") return undefined;
  return value.split(",").filter((group) => group !== "" && group !== "-");
}

/** `vhost:port client ident user [time] "METHOD target PROTOCOL" …`; a user of `-` says nothing about our sessions. */
const combined = /^(\S+) (\S+) \S+ (\S+) \[[^\]]*\] "([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?" /;

function parseCombined(line: string): LoggedRequest | undefined {
  const [, host, address, user, method, target] = combined.exec(line) ?? [];
  if (host === undefined || method === undefined) return undefined;
  return { method, host, target: target!, address: address!, ...(user !== "-" && { user: user! }) };
}

// Failed logins, and the ban that comes of them.
import { expect } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { type Answer, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";

/** What is configured where nothing is. Seconds. */
export const findTime = 120;
export const banTime = 300;

export async function start(options: Parameters<typeof startHost>[0] = {}) {
  const time = movableClock();
  return { host: await startHost({ clock: time.clock, ...options }), ...time };
}

/** Alice with a hash that takes some milliseconds, so that it shows whether it is computed. */
export async function dearUsers(): Promise<string> {
  const hash = await hashArgon2("demo", { ...cheapParameters, memory: 4096, passes: 2 });
  return `users:\n  alice:\n    password: ${hash}\n  carol:\n    password: ${hash}\n    disabled: true\n`;
}

interface Try {
  readonly username?: string;
  readonly password?: string;
  readonly from?: string;
  readonly cookie?: string;
}

export function attempt(
  host: TestHost,
  { username = "alice", password = "wrong", from = "203.0.113.1", cookie }: Try = {},
) {
  const headers = { "x-forwarded-for": from, ...(cookie !== undefined && { cookie }) };
  return host.postJson("/api/firstfactor", { username, password }, headers);
}

/** Fails, waiting out the delays, until there is a ban; returns its answer. */
export async function getBanned(host: TestHost, advance: (seconds: number) => void, tries: Try = {}): Promise<Answer> {
  for (let count = 0; count < 100; count++) {
    const answer = await attempt(host, tries);
    expect(answer.status).toBe(401);
    const wait = Number(answer.headers["retry-after"] ?? 0);
    if (wait >= banTime) return answer;
    advance(wait);
  }
  throw new Error("no ban came");
}

// What the host asks itself for forward-auth, where what it asks fails.
import { expect, test } from "vitest";
import type { Ruling } from "../../../../host/core/shell.ts";
import { Inquiries } from "../../../../host/gates/forward-auth/inquiries.ts";
import type { LiveCore } from "../../../../host/gates/forward-auth/live-core.ts";
import type { BasicLogin } from "../../../../host/session/basic-logins.ts";
import type { CookieDomain } from "../../../../host/session/config.ts";

const domain = { domain: "example.com" } as CookieDomain;
const visitor = { address: "192.0.2.1", userAgent: "" };
const asked = { outcome: "wait", session: 7, domain: 0, subject: "subject" } as Ruling;

/** Inquiries by these sessions and this login, and what the core is told of them. */
function begin(resume: () => Promise<undefined>, login: BasicLogin = { outcome: "held" }) {
  const told: unknown[][] = [];
  const note = (...what: unknown[]) => told.push(what) > 0;
  const inquiries = new Inquiries({
    core: { takeRenewal: note, takeVoucher: note } as unknown as LiveCore,
    sessions: { resume, renew: () => ({ cookie: "", profile: undefined }) },
    logIn: async () => login,
    isHeld: () => false,
    clock: () => 1,
  });
  return { told, ask: (isKnown: boolean) => inquiries.answer({ ...asked, isKnown }, domain, visitor) };
}

test("a session whose renewal failed is asked about anew, and one question is enough for many at once", async () => {
  let questions = 0;
  const { told, ask } = begin(async () => {
    if (++questions === 1) throw new Error("the directory is away");
    return undefined;
  });
  await expect(ask(true)).rejects.toThrow("the directory is away");
  expect(await Promise.all([ask(true), ask(true), ask(true)])).toEqual(["known", "known", "known"]);
  expect([questions, told]).toEqual([2, [[7, "", undefined, 1]]]);
});

test.each<BasicLogin>([
  { outcome: "held" },
  { outcome: "unavailable", reason: "the directory is away", scope: "busy" },
])("a credential that nobody has looked at is not told to the core as a bad one: $outcome", async (login) => {
  const { told, ask } = begin(async () => undefined, login);
  expect(await ask(false)).toBe(login.outcome);
  expect(told).toEqual([]);
});

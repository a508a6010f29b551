// What becomes of sessions when a second factor is taken away, step by step: each step counts where a host is stopped before the next, or
// where somebody is just passing the factor.
import { expect, test } from "vitest";
import { FactorSessions } from "../../../host/features/second-factor/factor-sessions.ts";
import type { RequestContext } from "../../../host/http/environment.ts";
import type { LiveSession } from "../../../host/session/sessions.ts";

const context = {} as RequestContext;
const live = { user: { name: "alice" }, session: { sid: "own", level: 1, amr: ["pwd"] } } as unknown as LiveSession;
const app = { id: "app", amr: ["otp"] } as const;

/** Takes alice's app away, who has credentials of these methods then; `remove` says whether it was there. */
async function withdraw(left: readonly string[], remove: () => Promise<boolean>) {
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const dependencies = {
    secondFactors: {
      methods: ["otp", "swk", "rc"],
      methodsOf: async () => left,
      removeOrphanedCodes: step("remove orphaned codes"),
    },
    sessions: {
      endRaisedBy: async (_user: string, methods: readonly string[], except: string) =>
        steps.push(`end all by ${methods} but ${except}`),
    },
  } as unknown as ConstructorParameters<typeof FactorSessions>[0];
  const removed = new FactorSessions(dependencies).withdraw(context, live, app, async () => {
    steps.push("remove");
    return remove();
  });
  return { steps, outcome: await removed.catch((error: Error) => error.message) };
}

test("what it raised ends before it is gone, and once more after it, for it was good until then", async () => {
  expect(await withdraw(["swk", "rc"], async () => true)).toEqual({
    steps: ["end all by otp but own", "remove", "remove orphaned codes", "end all by otp but own"],
    outcome: true,
  });
});

test("with the last factor whatever any had raised ends", async () => {
  expect((await withdraw([], async () => true)).steps.at(-1)).toBe("end all by otp,swk,rc but own");
});

test("where it can't be removed, what it raised has ended all the same", async () => {
  const fail = async () => {
    throw new Error("the database is away");
  };
  const failed = await withdraw(["otp"], fail);
  expect(failed).toEqual({ steps: ["end all by otp but own", "remove"], outcome: "the database is away" });
  expect((await withdraw(["otp"], async () => false)).outcome).toBe(false);
});

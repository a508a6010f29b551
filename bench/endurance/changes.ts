// What goes on under the load: sessions that end and begin, a policy that is edited, keys that are replaced.
import { setTimeout as sleep } from "node:timers/promises";
import type { Site } from "../life/site.ts";
import { reportsRule, Session, type World } from "./world.ts";

/** Between the start of one change and the next. Milliseconds. */
const period = 2500;
/** How long a change may take until it is in force everywhere; from then on only the new answers are right. Milliseconds. */
const settling = 1000;

export interface Changes {
  revocations: number;
  policyEdits: number;
  keyRotations: number;
}

/** Makes one change after another until `signal` aborts: mostly ends sessions, in each of the ways there are. */
export async function keepChanging(
  site: Site,
  world: World,
  sessions: Session[],
  signal: AbortSignal,
): Promise<Changes> {
  const done = { revocations: 0, policyEdits: 0, keyRotations: 0 };
  const revoke = async (how: (session: Session) => Promise<unknown>) => {
    await replaceSession(site, sessions, how);
    done.revocations++;
  };
  const steps = [
    () => revoke(({ token }) => site.logOut(token)),
    async () => {
      await editPolicy(site, world);
      done.policyEdits++;
    },
    () => revoke(({ id }) => site.command(["session", "revoke", id])),
    async () => {
      await site.command(["key", "rotate"]);
      done.keyRotations++;
    },
  ];
  for (let i = 0; !signal.aborted; i++) {
    const started = performance.now();
    await steps[i % steps.length]!();
    await sleep(Math.max(0, period - (performance.now() - started)), undefined, { signal }).catch(() => undefined);
  }
  return done;
}

/** Ends some session and lets its user log in again, once everybody has been seen to be refused for a while. */
async function replaceSession(
  site: Site,
  sessions: Session[],
  end: (session: Session) => Promise<unknown>,
): Promise<void> {
  const at = Math.floor(Math.random() * sessions.length);
  const session = sessions[at]!;
  session.state = "ending";
  await end(session);
  await sleep(settling);
  session.state = "ended";
  await sleep(settling);
  sessions[at] = new Session(session.user, await site.logIn(session.user));
}

async function editPolicy(site: Site, world: World): Promise<void> {
  const next = world.reports === "allowed" ? "denied" : "allowed";
  world.reports = "changing";
  site.editConfig(({ access_control: { rules } }) => {
    const rule = rules.find((one: typeof reportsRule) => one.resources?.[0] === reportsRule.resources[0]);
    rule.policy = next === "allowed" ? reportsRule.policy : "deny";
  });
  await sleep(settling);
  world.reports = next;
}

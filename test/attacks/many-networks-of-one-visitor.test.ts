// One visitor with a /48 of IPv6, as providers give to whoever asks: 65,536 networks of the size that limits count by.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { hashArgon2 } from "../../host/identity/passwords/argon2.ts";
import { startHost } from "../../workshop/host/in-process.ts";

test("failed logins from each of many networks of one visitor leave others their turn", async () => {
  // Costly enough that looking at passwords is what takes the time, and not noting what came of it.
  const hash = await hashArgon2("demo", { memory: 32_768, passes: 3, parallelism: 4, tagLength: 32, saltLength: 16 });
  const host = await startHost({ users: `users:\n  alice: { displayname: Alice, password: "${hash}" }\n` });
  const logIn = (username: string, password: string, address: string) =>
    host.postJson("/api/firstfactor", { username, password }, { "x-forwarded-for": address });
  let flooding = true;
  const flood = Array.from({ length: 140 }, async (_, first) => {
    for (let network = first; flooding; network += 140) {
      await logIn(`nobody${network}`, "wrong", `2001:db8:1:${(network % 65_536).toString(16)}::1`);
      // What is refused at once comes again at once otherwise, and all that is measured is how fast this process asks.
      await sleep(200);
    }
  });
  const statuses: number[] = [];
  for (let login = 0; login < 3; login++) statuses.push((await logIn("alice", "demo", "192.0.2.1")).status);
  flooding = false;
  await Promise.all(flood);
  expect(statuses).toEqual([200, 200, 200]);
});

// HAProxy with the host as its agent, while the host is away and back again: nothing passes undecided, and nothing has to be restarted.
import { expect, test } from "vitest";
import { usersFile } from "../../../workshop/host/users.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { haproxy } from "../../../workshop/proxies/kinds.ts";
import type { Tree } from "../../../workshop/proxies/site.ts";
import { people } from "../../../workshop/proxies/users.ts";

describeWith(onPath("haproxy"), "HAProxy", (program) => {
  test("has room for who somebody is in front of a long body", async () => {
    const options = { users: await usersFile(people), configureHost: (config: Tree) => void delete config.regulation };
    await using site = await ForwardAuthStack.start({ ...haproxy, inactivity: 600 }, program, options);
    for (const person of ["dora", "mona"]) {
      const headers = [["cookie", await site.login(person)]] as const;
      for (const length of [60_000, 2_000_000]) {
        const answer = await site.client.get(site.url("app"), { method: "POST", headers, body: "x".repeat(length) });
        expect([person, answer.status, answer.status === 200 && JSON.parse(answer.body).bytes]).toEqual([
          person,
          200,
          length,
        ]);
      }
    }
  });

  test("lets nobody in while the host is away, and everybody again once it is back", async () => {
    await using site = await ForwardAuthStack.start({ ...haproxy, inactivity: 600 }, program);
    const cookie = await site.login("alice");
    const status = async (host: string) =>
      (await site.client.get(site.url(host), { headers: [["cookie", cookie]] })).status;
    expect([await status("app"), await status("public")]).toEqual([200, 200]);
    // What is under way when the host stops is answered, or refused.
    const underWay = Array.from({ length: 50 }, () => status("app"));
    await site.host.stop();
    for (const one of await Promise.all(underWay)) expect([200, 503]).toContain(one);
    // The first waits for the timeout, and the others do not.
    for (let i = 0; i < 5; i++) expect([await status("app"), await status("public")]).toEqual([503, 503]);
    site.startHost();
    await site.hostListens();
    await expect.poll(() => status("app"), { timeout: 20_000 }).toBe(200);
    const answers = await Promise.all(Array.from({ length: 100 }, () => status("app")));
    expect(answers.filter((one) => one !== 200)).toEqual([]);
  });
});

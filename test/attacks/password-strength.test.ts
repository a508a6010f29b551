// One user who has many new passwords judged at once: each takes a thread up to half a second, and others go on meanwhile.
import { expect, test } from "vitest";
import { logIn, startHost } from "../../workshop/host/in-process.ts";

/** Dear to judge, and nothing is changed: the old password is wrong. */
const password = (number: number) => `${number} ${"correct horse battery staple ".repeat(4)}`.slice(0, 100);

test("sixty new passwords of one user do not keep another from theirs", async () => {
  const host = await startHost();
  const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
  const change = async (cookie: string, number: number) => {
    const body = { old_password: "wrong", new_password: password(number) };
    return (await host.postJson("/api/change-password", body, { cookie })).status;
  };
  const flood = Array.from({ length: 60 }, (_, number) => change(alice, number));
  // Then more of hers wait than may.
  await Promise.any(flood.map(async (status) => expect(await status).toBe(503)));
  // Judged good enough, and then refused for the old one.
  expect(await change(bob, 60)).toBe(401);
  await Promise.all(flood);
});

import { expect, test } from "vitest";
import { mintEdgeToken } from "../../../../host/gates/edge/edge-token.ts";
import { KnownGates } from "../../../../host/gates/edge/known-gates.ts";
import { zerohopInProcess } from "../../../../workshop/host/command-in-process.ts";
import { temporaryFolder, writeConfig } from "../../../../workshop/host/files.ts";
import { movableClock, startHost } from "../../../../workshop/host/in-process.ts";
import { zerohop } from "../../../../workshop/host/program.ts";
import { fetchBundle, fromOutside } from "../../support/edge.ts";

test("an edge token tells when it was last used, to the minute", async () => {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock });
  const token = await fromOutside(host, (store) => mintEdgeToken(store.edgeTokens, "edge-1", clock() - 10));
  await fromOutside(host, (store) => mintEdgeToken(store.edgeTokens, "edge-2", clock()));
  const lastUsed = async () => (await fromOutside(host, (store) => store.edgeTokens.list())).map((one) => one.lastUsed);
  expect(await lastUsed()).toEqual([null, null]);
  await fetchBundle(host, token);
  const first = clock();
  advance(59);
  await fetchBundle(host, token);
  await expect.poll(lastUsed).toEqual([first, null]);
  advance(1);
  await fetchBundle(host, token);
  await expect.poll(lastUsed).toEqual([first + 60, null]);
});

test("an edge token that is revoked is refused from then on, and others are not", async () => {
  const host = await startHost();
  const [first, second] = await fromOutside(host, async (store) => [
    await mintEdgeToken(store.edgeTokens, "edge-1", 0),
    await mintEdgeToken(store.edgeTokens, "edge-2", 0),
  ]);
  expect((await zerohop(["edge-token", "revoke", "edge-1", "--config", host.file])).stdout).toBe("revoked: 1\n");
  expect((await fetchBundle(host, first!)).status).toBe(401);
  expect((await fetchBundle(host, second!)).status).toBe(200);
});

test("of the ways in which an edge token can be written one is remembered: there are as many in memory as good tokens", async () => {
  const host = await startHost();
  await fromOutside(host, async (store) => {
    const token = await mintEdgeToken(store.edgeTokens, "edge-1", 0);
    const gates = new KnownGates(store.edgeTokens, () => 0);
    const written = [`Bearer ${token}`, `bearer ${token}`, `Bearer  ${token}`, `BEARER   ${token}`];
    for (const one of written) expect(await gates.nameOf(one)).toBe("edge-1");
    expect(written.map((one) => gates.has(one))).toEqual([true, false, false, false]);
  });
});

test("the command line lists edge tokens and names what it cannot revoke", async () => {
  const option = ["--config", await writeConfig(temporaryFolder())];
  for (const name of ["edge-1", "edge-1", "edge-2"])
    await zerohopInProcess(["gate", "config", ...option, "--name", name]);
  const listed = await zerohopInProcess(["edge-token", "list", ...option]);
  expect(listed.stdout).toMatch(/^NAME +CREATED +LAST USED\n(edge-1 +\S+Z +never\n){2}edge-2 +\S+Z +never\n$/);
  expect((await zerohopInProcess(["edge-token", "revoke", "edge-1", ...option])).stdout).toBe("revoked: 2\n");
  const left = (await zerohopInProcess(["edge-token", "list", ...option, "--json"])).stdout;
  expect(JSON.parse(left)).toEqual({ name: "edge-2", createdAt: expect.any(Number), lastUsed: null });
  expect(await zerohopInProcess(["edge-token", "revoke", "edge-1", ...option])).toMatchObject({
    ...{ code: 1, stderr: "zerohop edge-token revoke: no such edge token: edge-1\n" },
  });
});

// Gates and host name the protocol that they speak to each other, and a difference is said and counted.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { BundleFile } from "../../../../host/gates/edge/follow/bundle-file.ts";
import { pollOnce } from "../../../../host/gates/edge/follow/follow-bundle.ts";
import { Protocols, protocol } from "../../../../host/gates/edge/protocol.ts";
import { createLog } from "../../../../host/kit/log.ts";
import { newSessionKey, signToken } from "../../../../workshop/gate/tokens.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { logIn, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";
import { mint, renew } from "../../support/edge.ts";

const poll = (host: TestHost, token: string, version?: string) =>
  host.get("/api/edge/bundle", {
    ...{ host: "zerohop_host", authorization: `Bearer ${token}` },
    ...(version !== undefined && { "x-zerohop-protocol": version }),
  });
const said = (host: TestHost) =>
  host.log
    .filter(({ msg }) => /speaks protocol/.test(String(msg)))
    .map(({ level, msg, edge_token, protocol }) => ({ level, msg, edge_token, protocol }));
const counted = async (host: TestHost) => {
  const { body } = await host.get("/metrics", { host: "127.0.0.1" });
  return [...body.matchAll(/^zerohop_edge_protocol_mismatches_total\{protocol="(\d+)"\} (\d+)$/gm)].map(
    ([, name, number]) => [Number(name), Number(number)],
  );
};

describe("the host", () => {
  test("names its protocol in every answer to a gate, refusals included, and to nobody else", async () => {
    const host = await startHost();
    const token = await mint(host);
    const { headers } = await poll(host, token);
    const again = await host.get("/api/edge/bundle", {
      ...{ host: "zerohop_host", authorization: `Bearer ${token}`, "if-none-match": headers.etag! },
    });
    const answers = [
      await poll(host, token, String(protocol)),
      again,
      await renew(host, token, await logIn(host)),
      await renew(host, token, "zerohop_session=a.b.c"),
      await renew(host, token, "zerohop_session=x"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 304, 204, 410, 400]);
    for (const answer of answers) expect(answer.headers["x-zerohop-protocol"], String(answer.status)).toBe("2");
    expect((await poll(host, "zhe_x")).headers["x-zerohop-protocol"]).toBeUndefined();
  });

  test("says nothing of a gate with its own protocol", async () => {
    const host = await startHost();
    await poll(host, await mint(host), String(protocol));
    expect([said(host), await counted(host)]).toEqual([[], []]);
  });

  test("serves a gate with another protocol, counts its requests, and says so once for each token and protocol", async () => {
    const host = await startHost();
    const token = await mint(host);
    const versions = [undefined, undefined, "1", "3", "3", "7", "7", "rubbish", "99999"];
    for (const version of versions) expect((await poll(host, token, version)).status).toBe(200);
    expect(await counted(host)).toEqual([
      [1, 3],
      [3, 2],
      [7, 2],
      [0, 2],
    ]);
    const go = "they go together, but the next release may not";
    const apart = "they may not understand each other";
    const about = { edge_token: "test" };
    expect(said(host)).toEqual([
      { level: "warn", ...about, protocol: 1, msg: `the gate speaks protocol 1, this host 2: ${go}; update the gate` },
      { level: "warn", ...about, protocol: 3, msg: `the gate speaks protocol 3, this host 2: ${go}; update the host` },
      {
        level: "error",
        ...about,
        protocol: 7,
        msg: `the gate speaks protocol 7, this host 2: ${apart}; update the host`,
      },
      {
        level: "error",
        ...about,
        protocol: 0,
        msg: `the gate speaks protocol 0, this host 2: ${apart}; update the gate`,
      },
    ]);
  });
});

describe("zerohop bundle watch", () => {
  test("names its protocol, and says once that the host speaks another", async () => {
    const key = newSessionKey();
    const body = signToken(key, { version: 1, iat: 1_790_000_000 }, { typ: "zerohop-bundle+jwt" });
    const heard: unknown[] = [];
    const server = createServer(({ headers }, response) => {
      heard.push(headers["x-zerohop-protocol"]);
      response.writeHead(200, heard.length > 2 ? { "x-zerohop-protocol": "2" } : {}).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const lines: Record<string, unknown>[] = [];
    const log = createLog("warn", { write: (line: string) => void lines.push(JSON.parse(line)) });
    const file = new BundleFile(join(temporaryFolder(), "bundle.jws"), 0o600, [key]);
    const told = { log, protocols: new Protocols("host", log) };
    for (let i = 0; i < 3; i++) expect(await pollOnce({ url, edgeToken: "zhe_x" }, file, told, 0)).toBeUndefined();
    expect(heard).toEqual(["2", "2", "2"]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      "the host speaks protocol 1, this gate 2: they go together, but the next release may not; update the host",
    ]);
  });
});

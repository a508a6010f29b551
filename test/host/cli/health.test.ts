// `zerohop health`, which asks the host that runs on this machine, wherever its configuration has it listen.
import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { freePort } from "../../../workshop/processes/ports.ts";

const health = (config: string) => zerohopInProcess(["health", "--config", config]);

describe("zerohop health", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1", "http"],
    ["0.0.0.0", "127.0.0.1", "https"],
    ["[::]", "[::1]", "http"],
    ["", "127.0.0.1", "http"],
  ])("finds a host that listens on '%s' at %s, by %s", async (address, here, scheme) => {
    const folder = temporaryFolder();
    const port = await freePort();
    const tls = scheme === "https" ? "\n  tls: { certificate: server.pem, key: server.key }" : "";
    if (scheme === "https") await tlsFiles(folder, "example.com");
    const text = configText.replace("127.0.0.1:0", `"${address}:${port}"${tls}`);
    const config = await writeConfig(folder, text);
    const url = `${scheme}://${here}:${port}/api/health`;
    expect(await health(config)).toEqual({
      ...{ code: 1, stdout: "" },
      stderr: expect.stringContaining(`zerohop health: ${url} does not answer: `),
    });
    await startHost({ text, folder });
    expect(await health(config)).toEqual({ code: 0, stdout: `${url}: OK\n`, stderr: "" });
  });

  test("does not call well what answers with an error", async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { readonly port: number };
    const config = await writeConfig(temporaryFolder(), configText.replace("127.0.0.1:0", `127.0.0.1:${port}`));
    const { code, stderr } = await health(config);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\/api\/health answers with status 503\n$/)]);
  });
});

// The host's own TLS, and what it believes about the scheme and host of a request.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { startHost, type TestHost } from "../../../workshop/host/in-process.ts";

const withTls = configText.replace("server:\n", "server:\n  tls: { certificate: server.pem, key: server.key }\n");

/** A folder with a certificate for *.example.com. */
async function folderWithPair(): Promise<{ readonly folder: string; readonly authority: string }> {
  const folder = temporaryFolder();
  return { folder, authority: await install(folder) };
}

/** Puts a new pair in place; returns its authority's certificate. */
async function install(folder: string): Promise<string> {
  const made = await tlsFiles(temporaryFolder(), "example.com");
  copyFileSync(made.key, join(folder, "server.key"));
  copyFileSync(made.certificate, join(folder, "server.pem"));
  return readFileSync(made.authority, "utf8");
}

function get(host: TestHost, ca: string, headers: Readonly<Record<string, string>> = {}) {
  const { port } = new URL(host.url);
  const servername = "auth.example.com";
  return new Promise<{ status: number; hsts: string | undefined }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, ca, servername, agent: false, path: "/api/state" };
    request({ ...options, headers: { host: servername, ...headers } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, hsts: response.headers["strict-transport-security"] });
    })
      .on("error", reject)
      .end();
  });
}

describe("a host with a certificate", () => {
  test("answers over TLS, with HSTS", async () => {
    const { folder, authority } = await folderWithPair();
    const host = await startHost({ text: withTls, folder });
    expect(host.url).toMatch(/^https:/);
    expect(await get(host, authority)).toEqual({ status: 200, hsts: "max-age=31536000" });
  });

  test("takes a new pair without a restart, and keeps the old one when the new one is broken", async () => {
    const { folder, authority } = await folderWithPair();
    const host = await startHost({ text: withTls, folder });
    writeFileSync(join(folder, "server.key"), "no key");
    await vi.waitFor(() => expect(JSON.stringify(host.log)).toContain("server.tls.key must be"), { timeout: 20_000 });
    expect((await get(host, authority)).status).toBe(200);
    const next = await install(folder);
    await vi.waitFor(async () => expect((await get(host, next)).status).toBe(200), { timeout: 20_000 });
    await expect(get(host, authority)).rejects.toThrow();
  });

  test.each([
    ["server.pem", "no certificate", "2:23: server.tls.certificate: must be a certificate"],
    ["server.key", "no key", "2:40: server.tls.key: must be an unencrypted private key"],
    ["server.key", undefined, "server.tls.key: is not the key of the certificate"],
  ])("does not start with a bad %s", async (name, content, expected) => {
    const { folder } = await folderWithPair();
    if (content) writeFileSync(join(folder, name), content);
    else copyFileSync((await tlsFiles(temporaryFolder(), "example.com")).key, join(folder, name));
    const file = await writeConfig(folder, withTls.trimStart());
    expect(() => loadConfig(file, {})).toThrow(expected);
  });

  test("needs both files", async () => {
    const { folder } = await folderWithPair();
    for (const [given, missing] of [
      ["certificate: server.pem", "server.tls.key: is required"],
      ["key: server.key", "server.tls.certificate: is required"],
      ["certificate: server.pem, key: none.key", "server.tls.key: cannot be read: there is no such file"],
    ] as const) {
      const text = configText.replace("server:\n", `server:\n  tls: { ${given} }\n`);
      const file = await writeConfig(folder, text);
      expect(() => loadConfig(file, {})).toThrow(missing);
    }
  });
});

describe("a host without one", () => {
  test("sends HSTS only where a trusted proxy says https", async () => {
    const hsts = async (host: TestHost, proto: string) =>
      (await host.get("/api/state", { "x-forwarded-proto": proto })).headers["strict-transport-security"];
    const trusting = await startHost();
    expect(await hsts(trusting, "https")).toBe("max-age=31536000");
    expect(await hsts(trusting, "http")).toBeUndefined();
    const wary = await startHost({ text: configText.replace("[127.0.0.1]", "[10.0.0.1]") });
    expect(await hsts(wary, "https")).toBeUndefined();
  });

  test("is no portal under a Host of the client's making, and believes X-Forwarded-Host of trusted proxies only", async () => {
    const wary = await startHost({ text: configText.replace("[127.0.0.1]", "[10.0.0.1]") });
    for (const host of ["evil.example.net", "auth.example.com.evil.net", ""])
      expect((await wary.get("/", { host })).status, host).toBe(421);
    expect((await wary.get("/", { host: "evil.net", "x-forwarded-host": "auth.example.com" })).status).toBe(421);
    expect((await wary.get("/", { "x-forwarded-host": "evil.net" })).status).toBe(200);
    const trusting = await startHost();
    expect((await trusting.get("/", { host: "zerohop:9091", "x-forwarded-host": "auth.example.com" })).status).toBe(
      200,
    );
    expect((await trusting.get("/", { "x-forwarded-host": "evil.net" })).status).toBe(421);
  });
});

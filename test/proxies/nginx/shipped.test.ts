// What is written for nginx, in the real nginx: it loads, and what is for ngx_wasm_module, which this nginx lacks, lets nobody
// in while nobody decides.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, expect, test, vi } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { proxyConfiguration } from "../../../host/proxies/proxies.ts";
import { startBackend } from "../../../workshop/backends/application.ts";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { configText, writeConfig } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { applicationHosts, domain } from "../../../workshop/host/site.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import { startProgram } from "../../../workshop/processes/program.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";
import { temporaryPaths } from "../../../workshop/proxies/kinds.ts";

const folder = mkdtempSync(join(tmpdir(), "zerohop-nginx-"));
// For the temporary files of workers that run as nobody.
chmodSync(folder, 0o755);
const tls = await tlsFiles(join(folder, "tls"), domain);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `zerohop proxy` writes for nginx on this machine, without the directives of the module. */
async function render(
  name: "nginx" | "nginx-wasm",
  { https = 8443, application = 8000 as number | undefined, host = 9091 } = {},
): Promise<string> {
  const there = mkdtempSync(join(folder, "written-"));
  chmodSync(there, 0o755);
  const config = await writeConfig(there, configText.replaceAll("example.com", domain));
  const files = proxyConfiguration(name, loadConfig(config, {}).config, {
    ...{ command: "zerohop proxy", folder: there, hosts: [`http://127.0.0.1:${host}`], http: "off" },
    apps: application === undefined ? [] : [`${applicationHosts.join(",")}=http://127.0.0.1:${application}`],
    ...{ listen: `127.0.0.1:${https}`, certificate: tls.certificate, key: tls.key },
  });
  const replaced = [
    ["events {", `pid ${join(folder, "pid")}; events {`],
    ["/var/log/nginx/access.log", join(folder, "access.log")],
    ["/var/log/nginx/error.log", join(folder, "error.log")],
    ["  server_tokens off;", temporaryPaths(folder)],
  ] as const;
  for (const { path, text } of files) {
    let written = text
      .replace(/^wasm \{.*?^\}/ms, "")
      .replaceAll(/^ *proxy_wasm_.*;$/gm, "")
      .replaceAll(/^ *proxy_wasm [^']*'[^']*';/gm, "");
    for (const [from, to] of replaced) written = written.replaceAll(from, to);
    writeFileSync(join(there, path), written);
  }
  return join(there, "nginx.conf");
}

const args = (config: string) => ["-p", folder, "-e", join(folder, "error.log"), "-c", config];

/** The beginning of the answer to a request written byte by byte. */
function answerOf(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, servername: `app.${domain}` });
    socket.once("error", reject);
    socket.once("secureConnect", () => socket.write(request));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString("latin1"));
    });
  });
}

async function statusOf(port: number, request: string): Promise<number> {
  return Number(/^HTTP\/1\.\d (\d+)/.exec(await answerOf(port, request))?.[1]);
}

describeWith(onPath("nginx"), "nginx", (program) => {
  test.each([
    ["nginx", 8000],
    ["nginx", undefined],
    ["nginx-wasm", 8000],
  ] as const)("takes what is written for %s before an application at %s", async (name, application) => {
    const { status, stderr } = spawnSync(program, [...args(await render(name, { application })), "-t"], {
      encoding: "utf8",
    });
    expect(stderr).toContain("test is successful");
    expect(stderr).not.toMatch(/\[(warn|error|emerg)\]/);
    expect(status).toBe(0);
  });

  test("lets nobody in with the configuration for the module, as long as no gate has decided", async () => {
    const backend = await startBackend(0);
    const port = await freePort();
    const config = await render("nginx-wasm", { https: port, application: backend.port });
    const nginx = startProgram("nginx", program, [...args(config), "-g", "daemon off;"], join(folder, "nginx.log"));
    try {
      const get = (target: string, host: string, more = "") =>
        statusOf(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`);
      await vi.waitFor(() => get("/", `app.${domain}`), { timeout: 20_000 });
      expect(await get("/", `app.${domain}`)).toBe(502);
      expect(await get("/", `APP.${domain}:${port}`, "Remote-User: alice\r\n")).toBe(502);
      expect(await get("/", `public.${domain}`, "zerohop_gate: application\r\nzerohop-gate: application\r\n")).toBe(
        502,
      );
      // nginx serves the host of the request line, the gate would decide about the other.
      expect(await get(`https://admin.${domain}/`, `public.${domain}`)).toBe(400);
      expect(await get(`https://admin.${domain}/`, `admin.${domain}.evil.example`)).toBe(400);
      expect(await get(`https://app.${domain}/`, `app.${domain}`)).toBe(502);
      expect(await get("/", "other.example")).toBe(421);
      // The level that the gate's warnings have is shown, and ordinary requests are not at it.
      const warnings = () => readFileSync(join(folder, "error.log"), "utf8").match(/\[warn\] .*/g) ?? [];
      expect(warnings()).toEqual([]);
      const body = "x".repeat(50_000);
      const upload = `POST / HTTP/1.1\r\nHost: auth.${domain}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n`;
      await statusOf(port, `${upload}\r\n${body}`);
      expect(warnings()).toEqual([expect.stringContaining("buffered to a temporary file")]);
    } finally {
      await nginx.stop();
      await backend.close();
    }
  });

  test("is the host's own front door: TLS and HSTS, the portal by its name, and nothing that is for proxies", async () => {
    const host = await startHost({ text: configText.replaceAll("example.com", domain) });
    const port = await freePort();
    const config = await render("nginx", { https: port, application: undefined, host: Number(new URL(host.url).port) });
    const nginx = startProgram("nginx", program, [...args(config), "-g", "daemon off;"], join(folder, "nginx.log"));
    try {
      const get = (path: string, name = `auth.${domain}`, more = "") =>
        answerOf(port, `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n${more}\r\n`);
      await vi.waitFor(() => get("/"), { timeout: 20_000 });
      const page = await get("/", undefined, "Accept: text/html\r\n");
      expect(page).toMatch(/^HTTP\/1\.1 200 /);
      expect(page).toMatch(/^strict-transport-security: max-age=31536000/im);
      for (const path of [
        "/api/edge/bundle",
        "/api//edge/bundle",
        "/x/../api/edge/bundle",
        "/api/%65dge/bundle",
        "/api/authz/auth-request",
        "/api/authz/ext-authz/a",
        "/api/verify?rd=x",
        "/metrics",
        "/%6detrics",
      ])
        expect(await get(path), path).toMatch(/^HTTP\/1\.1 404 /);
      // A client's own words about host and scheme are not passed on.
      const lying = await get("/", undefined, "X-Forwarded-Host: other.example\r\nX-Forwarded-Proto: http\r\n");
      expect(lying).toMatch(/^HTTP\/1\.1 200 /);
      expect(await get("/", "other.example")).toMatch(/^HTTP\/1\.1 421 /);
    } finally {
      await nginx.stop();
    }
  });
});

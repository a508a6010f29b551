// `zerohop proxy` as a command: which files it writes, who may read them, and what it says to what it cannot do.
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { siteText } from "../proxies/profiles.ts";

const app = ["--app", "app.example.com=http://127.0.0.1:8000"];

async function written(...args: readonly string[]) {
  const folder = temporaryFolder();
  const config = await writeConfig(folder, siteText);
  const run = () => zerohopInProcess(["proxy", ...args, "--config", config, "--output", join(folder, "out")]);
  return { out: join(folder, "out"), run, first: await run() };
}

test("an edge token is for its owner's eyes, and the same when the files are written anew", async () => {
  const { out, run, first } = await written("envoy", ...app);
  expect([first.code, first.stdout]).toEqual([0, ""]);
  const token = readFileSync(join(out, "zerohop-edge-token"), "utf8").trim();
  expect(token).toMatch(/^zhe_/);
  for (const file of ["envoy.yaml", "zerohop-edge-token"]) expect(statSync(join(out, file)).mode & 0o777).toBe(0o600);
  const text = readFileSync(join(out, "envoy.yaml"), "utf8");
  expect(text).toContain(token);
  expect((await run()).code).toBe(0);
  expect(readFileSync(join(out, "envoy.yaml"), "utf8")).toBe(text);
});

test("the plugin for Traefik comes with its manifest", async () => {
  const { out } = await written("traefik-plugin", ...app);
  expect(readFileSync(join(out, "plugins-local/src/zerohop/.traefik.yml"), "utf8")).toContain("wasmPath: plugin.wasm");
  expect(statSync(join(out, "plugins-local/src/zerohop/plugin.wasm")).size).toBeGreaterThan(10_000);
});

test.each(["nginx", "envoy", "traefik-labels"])("%s says in a sentence where it cannot write", async (name) => {
  const folder = temporaryFolder();
  const config = await writeConfig(folder, siteText);
  const output = join(folder, "out");
  writeFileSync(output, "");
  const { code, stdout, stderr } = await zerohopInProcess([
    "proxy",
    name,
    ...app,
    "--config",
    config,
    "--output",
    output,
  ]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(`zerohop proxy: EEXIST: file already exists, mkdir '${output}'\n`);
});

test("there is no edge token that could not be written", async () => {
  const folder = temporaryFolder();
  const config = await writeConfig(folder, siteText);
  const output = join(folder, "out");
  mkdirSync(output);
  symlinkSync(join(folder, "nowhere", "token"), join(output, "zerohop-edge-token"));
  const { code } = await zerohopInProcess(["proxy", "envoy", ...app, "--config", config, "--output", output]);
  expect(code).toBe(1);
  const { stdout } = await zerohopInProcess(["edge-token", "list", "--config", config]);
  expect(stdout).not.toContain("envoy");
});

test("a file of somebody else's is left as it is", async () => {
  const { out, run } = await written("nginx", ...app);
  writeFileSync(join(out, "nginx.conf"), "events {}\n");
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([2, expect.stringContaining("is there and not of zerohop proxy")]);
  expect(readFileSync(join(out, "nginx.conf"), "utf8")).toBe("events {}\n");
});

test.each([
  [["ngin"], "did you mean nginx?"],
  [["nginx", "--app", "app.example.com"], "--app is HOST[,HOST…]=URL"],
  [
    ["nginx", "--app", "app.example.org=http://127.0.0.1:1"],
    "is in no cookie domain of the configuration (example.com)",
  ],
  [["nginx", "--app", "auth.example.com=http://127.0.0.1:1"], "is served already"],
  [["nginx", "--app", "app.example.com=ftp://127.0.0.1:1"], "the URL must be http:// or https:// or h2c://"],
  [["nginx", "--host", "http://10.0.0.5:9091"], "in clear text"],
  [["nginx", "--listen", "example.com:443"], "--listen must be a port or ADDRESS:PORT"],
  [["nginx", "--http", "no"], "--http must be a port or off"],
  [["nginx", "--trusted-proxy", "balancer"], "must be an IP address or a CIDR"],
  [["nginx", "--proxy-protocol"], "needs --trusted-proxy"],
  [["nginx", "--no-portal"], "leaves nothing to serve"],
  [["istio"], "--image is needed"],
])("%j is answered with what is wrong", async (args, message) => {
  const { first } = await written(...args);
  expect([first.code, first.stderr]).toEqual([2, expect.stringContaining(message)]);
});

// What `zerohop proxy` writes for each profile, as the real programs read it: none has anything against it. Istio's and Envoy Gateway's
// objects are held against their CRDs (test/host/deploy/kubernetes.test.ts).
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../host/app/config/load.ts";
import { type ProxyName, proxyConfiguration } from "../../host/proxies/proxies.ts";
import { tlsFiles } from "../../workshop/certificates/tls-files.ts";
import { writeConfig } from "../../workshop/host/files.ts";
import * as programs from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { gate, profiles, siteText } from "../host/proxies/profiles.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "zerohop-profiles-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tls = await tlsFiles(join(folder, "tls"), "example.com");
const combined = join(folder, "combined.pem");
writeFileSync(combined, [tls.certificate, tls.key].map((file) => readFileSync(file, "utf8")).join(""), { mode: 0o600 });

interface Reader {
  readonly needed: Needed;
  readonly args: (folder: string) => readonly string[];
}

const caddy = (needed: Needed): Reader => ({
  ...{ needed, args: (there) => ["validate", "--adapter", "caddyfile", "--config", join(there, "Caddyfile")] },
});
const envoy = (file: string, needed: Needed): Reader => ({
  ...{ needed, args: (there) => ["--mode", "validate", "-l", "error", "--config-path", join(there, file)] },
});

const readers: Readonly<Partial<Record<ProxyName, Reader>>> = {
  nginx: {
    needed: onPath("nginx"),
    args: (there) => ["-t", "-p", there, "-e", join(there, "error.log"), "-c", join(there, "nginx.conf")],
  },
  haproxy: { needed: onPath("haproxy"), args: (there) => ["-c", "-f", join(there, "haproxy.cfg")] },
  caddy: caddy(await programs.caddy()),
  "caddy-module": caddy(await programs.caddyModule()),
  envoy: envoy("envoy.yaml", await programs.envoy()),
  "envoy-ext-authz": envoy("ext-authz.yaml", await programs.envoy()),
};

for (const [name, { needed, args }] of Object.entries(readers) as [ProxyName, Reader][])
  programs.describeWith(needed, name, (program) => {
    describe("takes what is written for", () => {
      test.each(Object.entries(profiles).filter(([, { refused = {} }]) => !refused[name]))(
        "%s",
        async (_, { wishes, config = siteText }) => {
          const there = mkdtempSync(join(folder, "written-"));
          const { config: site } = loadConfig(await writeConfig(there, config), {});
          const files = proxyConfiguration(name, site, {
            ...{ command: "zerohop proxy", folder: there, gate, ...wishes },
            ...{ applicationCa: tls.authority, ...(wishes.hostCa && { hostCa: tls.authority }) },
            // nginx tries whether it can listen there.
            ...(wishes.edge && { edge: "127.0.0.1:8444" }),
            ...(name === "haproxy" ? { certificate: combined } : { certificate: tls.certificate, key: tls.key }),
          });
          for (const { path, text } of files)
            writeFileSync(
              join(there, path),
              text.replace("events {", `pid ${there}/pid; events {`).replaceAll("/var/log/nginx", there),
            );
          if (name === "envoy") execFileSync("cp", [join(root, "build/gate.wasm"), there]);
          const { status, stdout, stderr } = spawnSync(program, args(there), { encoding: "utf8", cwd: dirname(there) });
          expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
        },
      );
    });
  });

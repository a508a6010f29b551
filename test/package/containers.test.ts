// The container images, built by buildah, and the sites that `zerohop init --compose` writes: each service with its own command, its mounts and
// its user, the host in its image, the proxy as this machine has it.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HttpsClient } from "../../workshop/clients/https-client.ts";
import { ComposeProject, runInImage, visitor } from "../../workshop/containers/compose.ts";
import { type HostImage, ImageStore } from "../../workshop/containers/image.ts";
import { zerohop } from "../../workshop/host/program.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import type { Program } from "../../workshop/processes/program.ts";
import { buildah, caddy, describeWith, envoy, traefik } from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { until } from "../../workshop/waiting.ts";

const root = join(import.meta.dirname, "..", "..");
/** Nobody's, and that of the image. */
const user = 65_532;

const proxies: Readonly<Record<string, Needed>> = {
  nginx: onPath("nginx"),
  envoy: await envoy(),
  traefik: await traefik(),
  caddy: await caddy(),
  haproxy: onPath("haproxy"),
  "envoy-ext-authz": await envoy(),
};

describeWith(buildah(), "the images", (program) => {
  let folder: string;
  let store: ImageStore;
  let image: HostImage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "zerohop-containers-"));
    store = new ImageStore(program, folder);
    image = await store.build();
  }, 300_000);
  afterAll(async () => {
    await store.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("the host's", () => {
    test("is small: Node.js, what it is linked with, and the package without its tools", () => {
      console.log(`the image: ${(image.size / 1e6).toFixed(0)} MB`);
      expect(image.size).toBeLessThan(180e6);
      const files = readdirSync(join(image.root, "usr/bin")).concat(readdirSync(join(image.root, "usr/local/bin")));
      expect(files.toSorted()).toEqual(["env", "node", "zerohop"]);
      const installed = join(image.root, "opt/zerohop");
      const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
      for (const name of Object.keys(dependencies))
        expect(existsSync(join(installed, "node_modules", name))).toBe(true);
      expect(existsSync(join(installed, "node_modules/typescript"))).toBe(false);
    });

    test("runs as nobody special, who can write to its volume alone", () => {
      expect(image.config).toMatchObject({
        ...{ User: `${user}:${user}`, Volumes: { "/var/lib/zerohop": {} } },
        Labels: { "org.opencontainers.image.version": expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      });
      const find = (...words: string[]) => execFileSync("find", [image.root, ...words], { encoding: "utf8" });
      const owned = find("-xdev", "(", "-uid", String(user), "-o", "-perm", "/o=w", "!", "-type", "l", ")");
      const paths = owned.trim().split("\n");
      expect(paths.map((path) => path.slice(image.root.length)).toSorted()).toEqual(["/tmp", "/var/lib/zerohop"]);
      // What a scanner looks for.
      expect(readFileSync(join(image.root, "var/lib/dpkg/status"), "utf8")).toMatch(/^Package: libc6$/m);
    });

    test("tells its version, by itself and in a shell's words", async () => {
      const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      expect(await runInImage(image, tmpdir(), `${user}:${user}`, "--version")).toEqual({
        ...{ code: 0, stdout: `zerohop ${version}\n`, stderr: "" },
      });
    });
  });

  describe("the gate's", () => {
    const layerOf = (layout: string, digest: string) => {
      const file = [join(layout, "blobs/sha256", digest), join(layout, digest)].find(existsSync)!;
      const list = (...words: string[]) => execFileSync("tar", ["-f", file, "-z", ...words]);
      return { names: list("-t").toString().trim(), module: list("-xO", "plugin.wasm") };
    };

    /** https://github.com/solo-io/wasm/blob/master/spec/README-compat.md, which Istio and Envoy Gateway hold images to. */
    test.each([
      ["oci", "application/vnd.oci.image.layer.v1.tar+gzip"],
      ["v2s2", "application/vnd.docker.image.rootfs.diff.tar.gzip"],
    ] as const)("is one layer with the gate as plugin.wasm, in the format %s", async (format, mediaType) => {
      const layout = join(folder, `gate-${format}`);
      await store.layOut("localhost/zerohop-gate", layout, format);
      const read = (file: string) => JSON.parse(readFileSync(join(layout, file), "utf8"));
      const digestOf = ({ digest }: { readonly digest: string }) => digest.replace("sha256:", "");
      const manifest =
        format === "oci" ? read(`blobs/sha256/${digestOf(read("index.json").manifests[0])}`) : read("manifest.json");
      expect(manifest.layers).toEqual([expect.objectContaining({ mediaType })]);
      if (format === "oci") expect(manifest.annotations).toMatchObject({ "module.wasm.image/variant": "compat" });
      const { names, module } = layerOf(layout, digestOf(manifest.layers[0]));
      expect(names).toBe("plugin.wasm");
      expect(module.equals(readFileSync(join(root, "build/gate.wasm")))).toBe(true);
    });
  });

  describe("a site of zerohop init --compose", () => {
    const ports = { https: 0, http: 0 };
    let site: string;
    let project: ComposeProject;
    let host: Program;
    let password: string;
    const at = (path: string) => join(site, "zerohop", path);
    const init = (proxy: string) => {
      const visited = ["--portal", `auth.example.com:${ports.https}`, "--http", String(ports.http)];
      const app = ["--app", "app.example.com=http://app:8000", "--user", "alice"];
      return ["init", "--yes", "--compose", "--proxy", proxy, "--domain", "example.com", ...visited, ...app];
    };
    const isHealthy = () => project.exec(...image.healthCheck);
    const url = (name: string) => `https://${name}.example.com:${ports.https}`;
    const client = () => new HttpsClient(readFileSync(at("tls/ca.pem"), "utf8"));
    const post = (path: string, body: object, cookies = "") =>
      client().get(`${url("auth")}${path}`, {
        ...{ method: "POST", body: JSON.stringify(body) },
        headers: [
          ["content-type", "application/json"],
          ["origin", url("auth")],
          ["cookie", cookies],
        ],
      });
    const logIn = async () => {
      const login = await post("/api/firstfactor", { username: "alice", password, keepMeLoggedIn: false });
      expect(login.status).toBe(200);
      return login.cookies.map((cookie) => cookie.split(";")[0]).join("; ");
    };

    // By the image itself, whose user the folder is of. What the host says for HAProxy is all that it says for any.
    beforeAll(async () => {
      ports.https = await freePort();
      ports.http = await freePort();
      site = join(folder, "site");
      mkdirSync(site);
      chownSync(site, user, user);
      const { code, stdout, stderr } = await runInImage(image, site, `${user}:${user}`, ...init("haproxy"));
      expect([code, stdout], stderr).toEqual([
        0,
        expect.stringContaining("docker compose -f zerohop/compose.yaml up -d"),
      ]);
      password = /^ {2}User +alice, with the password (\S+)$/m.exec(stdout)![1]!;
      project = new ComposeProject(at("compose.yaml"), image, join(folder, "run"));
      await project.connect();
    }, 120_000);
    afterAll(() => project[Symbol.asyncDispose]());

    test("is one that check has nothing against, in the image", async () => {
      expect(await project.exec("zerohop", "check", "--config", "zerohop.yml")).toEqual({
        ...{ code: 0, stdout: "zerohop.yml: no mistakes\n", stderr: "" },
      });
    });

    test("has a host whose health check tells whether it runs", { timeout: 120_000 }, async () => {
      expect(await isHealthy()).toMatchObject({
        ...{ code: 1, stderr: expect.stringContaining("http://127.0.0.1:9091/api/health does not answer") },
      });
      host = project.startHost();
      await until(async () => (await isHealthy()).code === 0, { running: [host], patience: 60_000 });
    });

    for (const [proxy, needed] of Object.entries(proxies))
      describeWith(needed, proxy, (path) => {
        test(`protects an application with ${proxy}`, { timeout: 120_000 }, async () => {
          const before = project.services.zerohop;
          expect(await zerohop([...init(proxy), "--force"], { cwd: site })).toMatchObject({ code: 0 });
          // The host that runs is the one that this file has as well.
          expect(project.services.zerohop).toEqual(before);
          for (const service of Object.values(project.services))
            expect(service).toMatchObject({
              ...{ user: `${user}:${user}`, read_only: true, cap_drop: ["ALL"] },
              security_opt: ["no-new-privileges:true"],
            });
          await using program = project.startProxy(path.startsWith("/") ? path : onPath(path).path!);
          const answer = await until(
            async () => {
              const one = await client().get(`${url("app")}/`, { headers: [["accept", "text/html"]] });
              return one.status === 302 && one;
            },
            { running: [host, program], patience: 60_000 },
          );
          expect(answer.header("location")).toMatch(new RegExp(`^${url("auth")}/\\?rd=`));
          const cookie = await logIn();
          const seen = await client().get(`${url("app")}/`, { headers: [["cookie", cookie]] });
          expect(JSON.parse(seen.body).headers["remote-user"]).toBe("alice");
          const plain = await fetch(`http://127.0.0.1:${ports.http}/x`, {
            ...{ redirect: "manual", headers: { host: "app.example.com" } },
          });
          expect([301, 308]).toContain(plain.status);
          if (proxy === "nginx") await changesPassword(cookie);
        });
      });

    /** People do, in the users file, which is written to. */
    async function changesPassword(cookie: string) {
      const change = { old_password: password, new_password: "correct horse battery staple" };
      const changed = await post("/api/change-password", change, cookie);
      expect([changed.status, changed.body]).toEqual([200, expect.stringContaining("OK")]);
      password = change.new_password;
      await logIn();
      const { uid, mode } = statSync(at("data/users.yml"));
      expect([uid, mode & 0o777]).toEqual([user, 0o600]);
    }

    test("believes its proxy about where visitors come from", async () => {
      const { stdout } = await project.exec("zerohop", "audit", "--config", "zerohop.yml");
      const logins = stdout.split("\n").filter((line) => line.includes("alice"));
      expect(logins.length).toBeGreaterThan(0);
      for (const line of logins.filter((line) => /login/i.test(line))) expect(line).toContain(visitor);
    });

    test("writes to its data alone", async () => {
      const write = (path: string) => project.exec("node", "-e", `fs.writeFileSync(${JSON.stringify(path)}, "")`);
      const paths = ["/opt/zerohop/x", "/etc/zerohop/x", "/etc/zerohop/zerohop.yml", "/x", "/var/lib/zerohop/x"];
      for (const path of paths)
        expect(await write(path)).toMatchObject({ code: 1, stderr: expect.stringMatching(/EROFS|EACCES/) });
      expect(await write("/etc/zerohop/data/x")).toMatchObject({ code: 0 });
    });
  });
});

// The commands of docs/getting-started.md, as they stand there, from an empty folder to the application's answer behind each proxy.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Backend, startBackend } from "../../workshop/backends/application.ts";
import { HttpsClient } from "../../workshop/clients/https-client.ts";
import { packZerohop } from "../../workshop/host/package.ts";
import { freePort, isListening } from "../../workshop/processes/ports.ts";
import { startProgram } from "../../workshop/processes/program.ts";
import { caddy, describeWith, envoy, type Needed, onPath, traefik } from "../../workshop/programs/needed.ts";
import { until } from "../../workshop/waiting.ts";

const guide = readFileSync(join(import.meta.dirname, "..", "..", "docs", "getting-started.md"), "utf8");
const run = promisify(execFile);
/** Seconds, which the guide promises. */
const promised = 60;

/** The commands under a heading of the guide. */
function commandsFor(heading: string): string[] {
  const [, section = ""] = new RegExp(`^## ${heading}\n(.*?)^## `, "ms").exec(guide) ?? [];
  return [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, command]) => command!);
}

const needed: Readonly<Record<string, Needed>> = {
  nginx: onPath("nginx"),
  Envoy: await envoy(),
  Traefik: await traefik(),
  Caddy: await caddy(),
};

describe("docs/getting-started.md", () => {
  test("takes five commands at most for each proxy, and says how many and how long", () => {
    const rows = [...guide.matchAll(/^\| (\w+) \| (\d+) \| (\d+) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(needed));
    for (const [name, count, seconds] of rows) {
      expect(commandsFor(name!)).toHaveLength(Number(count));
      expect(Number(count)).toBeLessThanOrEqual(5);
      expect(Number(seconds)).toBeGreaterThan(0);
      expect(Number(seconds)).toBeLessThanOrEqual(promised);
    }
  });

  let folder: string;
  let archive: string;
  let application: Backend;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "zerohop-start-"));
    archive = await packZerohop(join(folder, "packed"));
    application = await startBackend(0);
  });
  afterAll(async () => {
    await application.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [heading, program] of Object.entries(needed))
    describeWith(program, heading, (path) => {
      test(`${heading}: its commands protect an application`, { timeout: 300_000 }, async () => {
        const name = heading.toLowerCase();
        const cwd = join(folder, name);
        const bin = join(cwd, "bin");
        mkdirSync(bin, { recursive: true });
        symlinkSync(path.startsWith("/") ? path : (onPath(path).path ?? path), join(bin, name));
        const [portal, host] = [await freePort(), await freePort()];
        // What the machine has of its own: the ports, the package before it is published, and where global packages go.
        const places: readonly (readonly [string, string])[] = [
          ["npm install --global zerohop", `npm install --global --prefer-offline --no-audit --no-fund ${archive}`],
          ["--yes ", `--yes --portal auth.example.com:${portal} --http off --address 127.0.0.1:${host} `],
          ["127.0.0.1:8000", `127.0.0.1:${application.port}`],
          ["app.example.com:443:", `app.example.com:${portal}:`],
          ["https://app.example.com/", `https://app.example.com:${portal}/`],
          ["nginx -c ", `nginx -g 'daemon off; pid ${cwd}/nginx.pid;' -c `],
        ];
        const [install, init, serve, start, look] = commandsFor(heading).map((command) =>
          places.reduce((text, [from, to]) => text.replaceAll(from, to), command),
        );
        const prefix = join(cwd, "global");
        const env = {
          ...process.env,
          npm_config_prefix: prefix,
          PATH: [bin, join(prefix, "bin"), process.env.PATH].join(delimiter),
        };
        const shell = async (command: string) => (await run("bash", ["-c", command], { cwd, env })).stdout;
        const background = (of: string, command: string) =>
          startProgram(
            of,
            "env",
            ["-C", cwd, ...environment(env), "bash", "-c", `exec ${command}`],
            join(cwd, `${of}.log`),
          );

        const begin = performance.now();
        await shell(install!);
        const printed = await shell(init!);
        await using hostProgram = background("host", serve!);
        await until(() => isListening(host), { running: [hostProgram], patience: 60_000 });
        await using proxy = background(name, start!);
        const answer = await until(
          async () => {
            const text = await shell(look!);
            return /^HTTP\/\S+ 302\b/.test(text) && text;
          },
          { running: [hostProgram, proxy], patience: 60_000 },
        );
        expect(answer).toMatch(new RegExp(`^location: https://auth\\.example\\.com:${portal}/\\?rd=`, "im"));

        const client = new HttpsClient(readFileSync(join(cwd, "zerohop", "tls", "ca.pem"), "utf8"));
        const [, password] = /^ {2}User +alice, with the password (\S+)$/m.exec(printed)!;
        const login = await client.get(`https://auth.example.com:${portal}/api/firstfactor`, {
          method: "POST",
          headers: [["content-type", "application/json"]],
          body: JSON.stringify({ username: "alice", password, keepMeLoggedIn: false }),
        });
        expect(login.status).toBe(200);
        const cookie = login.cookies[0]!.split(";")[0]!;
        const seen = await client.get(`https://app.example.com:${portal}/`, { headers: [["cookie", cookie]] });
        expect(JSON.parse(seen.body).headers["remote-user"]).toBe("alice");
        const seconds = (performance.now() - begin) / 1000;
        console.log(`${heading}: ${seconds.toFixed(1)} s`);
        // A machine with more to do than it has cores for takes longer in proportion.
        expect(seconds).toBeLessThan(promised * Math.max(1, loadavg()[0]! / availableParallelism()));
        // What the next steps of init say is what the guide says.
        expect(printed).toContain(`curl --cacert zerohop/tls/ca.pem --resolve app.example.com:${portal}:127.0.0.1 `);
      });
    });
});

/** What env(1) is told. */
function environment(variables: NodeJS.ProcessEnv): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

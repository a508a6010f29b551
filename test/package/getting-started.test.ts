// Every command of README.md and docs/getting-started.md, as they stand there: from an empty folder to the application's answer behind each
// proxy, and what is done day to day. What is not run here says in its document what runs it, or why nothing does.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCommand, summaries } from "../../host/cli/command-table.ts";
import { type Backend, startBackend } from "../../workshop/backends/application.ts";
import { HttpsClient } from "../../workshop/clients/https-client.ts";
import { commandBlocks, guideCommands } from "../../workshop/documents/commands.ts";
import { packZerohop } from "../../workshop/host/package.ts";
import { freePort, isListening } from "../../workshop/processes/ports.ts";
import { startProgram } from "../../workshop/processes/program.ts";
import { caddy, describeWith, envoy, traefik } from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { until } from "../../workshop/waiting.ts";

const guide = readFileSync(join(import.meta.dirname, "..", "..", "docs", "getting-started.md"), "utf8");
const run = promisify(execFile);
/** Seconds, which the guide promises. */
const promised = 60;

/** What is run where nginx's are. */
const dayToDay = "Day to day";

const needed: Readonly<Record<string, Needed>> = {
  nginx: onPath("nginx"),
  Envoy: await envoy(),
  Traefik: await traefik(),
  Caddy: await caddy(),
};

describe("the commands of README.md and docs/getting-started.md", () => {
  const blocks = ["README.md", "docs/getting-started.md"].flatMap(commandBlocks);
  const run = [...Object.keys(needed), dayToDay].flatMap(guideCommands);

  test("are run here, or say what runs them", () => {
    const others = blocks.filter(({ commands }) => !commands.every((command) => run.includes(command)));
    for (const { commands, runBy, notRun } of others) {
      expect([commands, runBy ?? notRun]).toEqual([commands, expect.any(String)]);
      if (runBy === undefined) continue;
      const text = readFileSync(join(import.meta.dirname, "..", "..", runBy), "utf8");
      for (const command of commands) expect(text).toContain(command);
    }
    expect(run.length).toBeGreaterThan(20);
    expect(others.filter(({ runBy }) => runBy).flatMap(({ commands }) => commands)).toEqual(["npm start"]);
    expect(others.filter(({ notRun }) => notRun).flatMap(({ commands }) => commands)).toEqual([
      "npm test",
      "useradd --system zerohop",
      "systemctl enable --now $PWD/zerohop/zerohop.service",
    ]);
  });

  test("within the text are zerohop's, with options that they have", async () => {
    const texts = ["README.md", "docs/getting-started.md"].map((file) =>
      readFileSync(join(import.meta.dirname, "..", "..", file), "utf8"),
    );
    const written = texts.flatMap((text) => [...text.matchAll(/`(?:source <\()?zerohop ([^`)]+)\)?`/g)]);
    expect(written.length).toBeGreaterThan(5);
    for (const [, line] of written) {
      const words = line!.split(" ");
      // Words in capitals stand for something.
      const name = [3, 2, 1]
        .map((count) => words.slice(0, count).join(" "))
        .find((one) => Object.hasOwn(summaries, one));
      expect([line, name ?? /^(COMMAND )?--(help|version)$/.test(line!)]).toEqual([line, name ?? true]);
      if (name === undefined) continue;
      const { options } = await loadCommand(name);
      for (const [, option] of line!.matchAll(/--([\w-]+)/g)) expect(Object.keys(options)).toContain(option);
    }
  });
});

describe("docs/getting-started.md", () => {
  test("takes five commands at most for each proxy, and says how many and how long", () => {
    const rows = [...guide.matchAll(/^\| (\w+) \| (\d+) \| (\d+) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(needed));
    for (const [name, count, seconds] of rows) {
      expect(guideCommands(name!)).toHaveLength(Number(count));
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
          // What somebody would type.
          ["zerohop user add ", "echo 'six lamps over a quiet harbour' | zerohop user add --password-stdin "],
          ["nginx -c ", `nginx -g 'daemon off; pid ${cwd}/nginx.pid;' -c `],
        ];
        const here = (command: string) => places.reduce((text, [from, to]) => text.replaceAll(from, to), command);
        const [install, init, serve, start, look] = guideCommands(heading).map(here);
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
        if (heading === "nginx") {
          const [add, list, check, explain, sessions] = guideCommands(dayToDay).map(here);
          expect(await shell(add!)).toBe("added: bob\n");
          expect(await shell(list!)).toMatch(/^bob +bob@example\.com$/m);
          expect(await shell(check!)).toContain("no mistakes");
          expect(await shell(explain!)).toContain("one_factor");
          expect(await shell(sessions!)).toMatch(/\balice\b/);
        }
        // What the next steps of init say is what the guide says.
        expect(printed).toContain(`curl --cacert zerohop/tls/ca.pem --resolve app.example.com:${portal}:127.0.0.1 `);
      });
    });
});

/** What env(1) is told. */
function environment(variables: NodeJS.ProcessEnv): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

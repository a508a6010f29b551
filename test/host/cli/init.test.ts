// `zerohop init`: what it writes, what it leaves alone, and what it asks. test/package runs the site that comes of it.
import { spawn, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { proxyChoices } from "../../../host/cli/init/answers.ts";
import { unitText } from "../../../host/cli/init/texts.ts";
import { parseArgon2, verifyArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { fromCheckout, type Zerohop, zerohop } from "../../../workshop/host/program.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";

const site = ["--domain", "example.com", "--app", "app.example.com=http://127.0.0.1:8000", "--user", "alice"];
const init = (cwd: string, ...args: readonly string[]) =>
  zerohopInProcess(["init", "--yes", ...site, ...args], { cwd });
const composing = (args: readonly string[]) => {
  const inside = site.map((word) => word.replace("127.0.0.1", "app"));
  return ["init", "--yes", "--compose", ...inside, ...args];
};
const composed = (cwd: string, args: readonly string[]) => zerohopInProcess(composing(args), { cwd });
const modeOf = (file: string) => statSync(file).mode & 0o777;

async function passwordIn(cwd: string): Promise<Parameters<typeof verifyArgon2>[1]> {
  const [, hash] = /password: (\S+)/.exec(readFileSync(join(cwd, "zerohop/data/users.yml"), "utf8"))!;
  return parseArgon2(hash!);
}

describe("zerohop init --yes", () => {
  test.each(proxyChoices)("writes a site for %s that check and lint have nothing against", async (proxy) => {
    const cwd = temporaryFolder();
    const { code, stdout } = await init(cwd, "--proxy", proxy, "--app", "*.dev.example.com=https://10.0.0.7:8443");
    expect(code).toBe(0);
    expect(await zerohopInProcess(["check", "--config", "zerohop/zerohop.yml"], { cwd })).toMatchObject({
      code: 0,
      stderr: "",
    });
    // The second of the commands to run names the proxy's main file.
    const [, main] = /^ {2}\S+ (?:-c|-f|run --config|--configFile)[ =](\S+)$/m.exec(stdout)!;
    const linted = await zerohopInProcess(["lint", main!], { cwd });
    expect([linted.code, linted.stdout]).toEqual([
      0,
      expect.stringMatching(/nothing found \(held to \S+zerohop\.yml\)\n$/),
    ]);
  });

  test("keeps what is secret to its owner, and says the password that it made up", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await init(cwd, "--proxy", "envoy");
    const secrets = ["encryption-key", "data", "data/users.yml", "tls/privkey.pem", "envoy/envoy.yaml"];
    expect(secrets.map((file) => modeOf(join(cwd, "zerohop", file)))).toEqual([0o600, 0o700, 0o600, 0o600, 0o600]);
    const [, password] = /with the password (\S+)$/m.exec(stdout)!;
    expect(password!.length).toBeGreaterThanOrEqual(20);
    expect(await verifyArgon2(password!, await passwordIn(cwd))).toBe(true);
  });

  test("takes a password from stdin, and does not print it", async () => {
    const cwd = temporaryFolder();
    const args = ["init", "--yes", ...site, "--proxy", "nginx", "--password-stdin"];
    const { code, stdout, stderr } = await zerohopInProcess(args, { cwd, input: "correct horse battery\n" });
    expect([code, `${stdout}${stderr}`.includes("correct horse")]).toEqual([0, false]);
    expect(await verifyArgon2("correct horse battery", await passwordIn(cwd))).toBe(true);
  });

  test("overwrites nothing, and with --force configurations alone", async () => {
    const cwd = temporaryFolder();
    await init(cwd, "--proxy", "envoy");
    const read = (...files: string[]) => files.map((file) => readFileSync(join(cwd, "zerohop", file), "utf8"));
    const kept = ["encryption-key", "data/users.yml", "tls/fullchain.pem", "tls/privkey.pem"];
    const [before, configuration] = [read(...kept), read("zerohop.yml", "envoy/envoy.yaml")];
    writeFileSync(join(cwd, "zerohop/zerohop.yml"), "mine");
    const refused = await init(cwd, "--proxy", "envoy");
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/zerohop\.yml is there already; --force /),
    ]);
    expect(read("zerohop.yml")).toEqual(["mine"]);

    const forced = await init(cwd, "--proxy", "envoy", "--force");
    expect([forced.code, forced.stdout]).toEqual([
      0,
      expect.stringContaining("alice, with the password that there was"),
    ]);
    expect(read("zerohop.yml", "envoy/envoy.yaml")).toEqual(configuration);
    expect(read(...kept)).toEqual(before);
    // Of another domain the certificate for trying would be no good.
    await zerohopInProcess(
      [
        "init",
        "--yes",
        "--force",
        ...site.map((word) => word.replace("example.com", "example.org")),
        "--proxy",
        "envoy",
      ],
      { cwd },
    );
    expect(read("encryption-key", "tls/fullchain.pem")).toEqual([before[0], expect.not.stringContaining(before[2]!)]);
  });

  test("makes certificates anew where those that there are belong to another proxy's authority", async () => {
    const cwd = temporaryFolder();
    for (const proxy of ["haproxy", "nginx", "haproxy"]) await init(cwd, "--proxy", proxy, "--force");
    const read = (file: string) => new X509Certificate(readFileSync(join(cwd, "zerohop/tls", file)));
    expect(read("combined.pem").verify(read("ca.pem").publicKey)).toBe(true);
  });

  test.each(proxyChoices)("with --compose writes a Compose file with %s, and finds what is in it", async (proxy) => {
    const cwd = temporaryFolder();
    const image = "registry.example.com/zerohop:1.2.3";
    const { code, stdout } = await composed(cwd, ["--proxy", proxy, "--image", image]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("\n  docker compose -f zerohop/compose.yaml up -d\n")]);
    const { services } = parse(readFileSync(join(cwd, "zerohop/compose.yaml"), "utf8"));
    expect(services.zerohop.image).toBe(image);
    expect(services.proxy.ports).toEqual(["443:8443", "80:8080"]);
    for (const { volumes } of Object.values<{ volumes: string[] }>(services))
      for (const volume of volumes) expect(existsSync(join(cwd, "zerohop", volume.split(":")[0]!))).toBe(true);
    // It is the proxy that the host believes, and nobody else.
    const config = parse(readFileSync(join(cwd, "zerohop/zerohop.yml"), "utf8"));
    expect(config.server.trusted_proxies).toEqual([services.proxy.networks.portal.ipv4_address]);
    expect(await zerohopInProcess(["check", "--config", "zerohop/zerohop.yml"], { cwd })).toMatchObject({
      code: 0,
      stderr: "",
    });
    if (proxy !== "traefik") return;
    expect((await zerohopInProcess(["lint", "zerohop/compose.yaml"], { cwd })).stdout).toContain(
      ": compose, nothing found",
    );
  });

  test("gives root's files to a user that nobody is, and anybody else's to themselves", async () => {
    const cwd = temporaryFolder();
    const careful: Zerohop = ["sh", "-c", 'umask 077; exec "$@"', "sh", ...fromCheckout];
    await zerohop(composing(["--proxy", "envoy"]), { cwd, zerohop: careful });
    const { services } = parse(readFileSync(join(cwd, "zerohop/compose.yaml"), "utf8"));
    const own = process.getuid!();
    const uid = own === 0 ? 65_532 : own;
    expect(services.proxy.user.split(":")[0]).toBe(String(uid));
    const files = ["zerohop.yml", "encryption-key", "data", "data/users.yml", "tls/privkey.pem", "envoy/envoy.yaml"];
    expect(files.map((file) => statSync(join(cwd, "zerohop", file)).uid)).toEqual(files.map(() => uid));
    if (own === 0) expect(modeOf(join(cwd, "zerohop"))).toBe(0o755);
  });

  test.runIf(process.getuid?.() === 0)("leaves a new folder open to the user that a unit names", async () => {
    const cwd = temporaryFolder();
    await init(cwd, "--proxy", "nginx", "--systemd-user", "daemon");
    expect(modeOf(join(cwd, "zerohop"))).toBe(0o755);
    const read = ["-u", "daemon", "--", "cat", join(cwd, "zerohop/zerohop.yml"), join(cwd, "zerohop/encryption-key")];
    chmodSync(cwd, 0o755);
    expect(spawnSync("runuser", read, { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  test("with --compose mounts a certificate from where it is", async () => {
    const cwd = temporaryFolder();
    const given = ["--certificate", "/etc/ssl/a/cert.pem", "--key", "/etc/ssl/b/cert.pem"];
    await composed(cwd, ["--proxy", "caddy", ...given]);
    const { services } = parse(readFileSync(join(cwd, "zerohop/compose.yaml"), "utf8"));
    expect(services.proxy.volumes.slice(1)).toEqual([
      "/etc/ssl/a/cert.pem:/tls/fullchain.pem:ro",
      "/etc/ssl/b/cert.pem:/tls/privkey.pem:ro",
    ]);
    expect(readFileSync(join(cwd, "zerohop/caddy/Caddyfile"), "utf8")).toContain(
      "tls /tls/fullchain.pem /tls/privkey.pem",
    );
  });

  test("refuses each leftover of a site, so that no key of it is taken for its own", async () => {
    for (const leftover of ["encryption-key", "data/users.yml", "tls/privkey.pem"]) {
      const cwd = temporaryFolder();
      mkdirSync(join(cwd, "zerohop", leftover, ".."), { recursive: true });
      writeFileSync(join(cwd, "zerohop", leftover), "");
      const { code, stderr } = await init(cwd, "--proxy", "nginx");
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${leftover} is there already`)]);
    }
  });

  test.each<readonly [readonly string[], RegExp]>([
    [["--proxy", "ngin"], /there is no proxy "ngin"; did you mean nginx\?/],
    [["--proxy", "istio"], /--proxy must be one of nginx, .*zerohop proxy istio/],
    [["--proxy", "nginx", "--domain", "co.uk"], /session\.cookies\[0\]\.domain: .*public suffix/],
    [
      ["--proxy", "nginx", "--domain", "exa mple.com"],
      /--domain must be a host name such as example\.com, not exa mple\.com/,
    ],
    [["--proxy", "nginx", "--domain", "bücher.de"], /not bücher\.de; did you mean xn--bcher-kva\.de\?/],
    [["--proxy", "nginx", "--domain", "https://example.com/"], /not https:\S+; did you mean example\.com\?/],
    [
      ["--proxy", "nginx", "--portal", "auth.example.org"],
      /--portal must be a host in example\.com, not auth\.example\.org/,
    ],
    [["--proxy", "nginx", "--app", "app.example.org=http://127.0.0.1:1"], /app\.example\.org is in no cookie domain/],
    [["--proxy", "nginx", "--app", "other.example.com"], /--app .*other\.example\.com/],
    [["--proxy", "nginx", "--policy", "maybe"], /--policy must be one of one_factor, two_factor, bypass/],
    [["--proxy", "nginx", "--address", "localhost"], /--address must be an IP address and a port/],
    [["--proxy", "nginx", "--certificate", "chain.pem"], /--certificate needs --key beside it/],
    [["--proxy", "nginx", "--key", "key.pem"], /--key needs --certificate beside it/],
    [["--proxy", "nginx", "--user", " alice"], /--user: a user name must not begin or end with a space/],
    [["--proxy", "nginx", "--email", "a\n@example.com"], /--email: must not contain control characters/],
    [["--proxy", "nginx", "--systemd-user", "nobody at all"], /there is no user nobody at all/],
    [["--proxy", "nginx", "--compose"], /=http:\/\/127\.0\.0\.1:8000: that is the proxy's own container\. /],
    [["--proxy", "nginx", "--image", "zerohop:1"], /--image needs --compose beside it/],
    [[], /--proxy is needed/],
  ])("called wrongly with %j says what is wrong and writes nothing", async (args, message) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await init(cwd, ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(join(cwd, "zerohop"))).toBe(false);
  });
});

test("zerohop init --yes says that the proxy's program is not there, nor the certificate", async () => {
  const cwd = temporaryFolder();
  const given = ["--certificate", "chain.pem", "--key", "chain.pem"];
  const environment = { PATH: cwd };
  const command = ["init", "--yes", ...site, "--proxy", "envoy", ...given];
  const { code, stdout } = await zerohop(command, { cwd, environment });
  expect(code).toBe(0);
  expect(stdout).toContain("there is no envoy on this machine's PATH: install it first");
  expect(stdout).toContain(`${join(cwd, "chain.pem")} is not there: envoy does not start without it`);
});

describe("zerohop init --compose", () => {
  test.each<readonly [readonly string[], RegExp]>([
    [["--address", "127.0.0.1:9092"], /--address has no meaning with --compose/],
    [["--systemd-user", "daemon"], /--systemd-user has no meaning with --compose/],
    [["--image", "a b"], /--image must be an image's name such as .*, not a b/],
    [["--http", "443"], /--http must be a port other than the portal's, or off, not 443/],
    [["--certificate", "/a:b.pem", "--key", "/a:b.pem"], /\/a:b\.pem has a character in its path that cannot stand/],
  ])("called wrongly with %j says what is wrong and writes nothing", async (args, message) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await composed(cwd, ["--proxy", "nginx", ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(join(cwd, "zerohop"))).toBe(false);
  });

  test("leads the proxy to what is on the machine itself", async () => {
    const cwd = temporaryFolder();
    await composed(cwd, ["--proxy", "nginx", "--app", "wiki.example.com=http://host.docker.internal:8000"]);
    const { services } = parse(readFileSync(join(cwd, "zerohop/compose.yaml"), "utf8"));
    expect(services.proxy.extra_hosts).toEqual(["host.docker.internal:host-gateway"]);
  });
});

describeWith(onPath("script"), "zerohop init on a terminal", (script) => {
  test("asks for what no option says", async () => {
    const cwd = temporaryFolder();
    const answers: readonly (readonly [question: string, answer: string])[] = [
      ["Domain of the applications", "exmaple"],
      ["Domain of the applications", "example.com"],
      ["Host of the portal", "auth.example.org"],
      ["Host of the portal", ""],
      ["Host and proxy as containers", ""],
      ["Host of an application", "app.exmaple.com"],
      ["Host of an application", "app.example.com"],
      ["Where app.example.com is [http://127.0.0.1:8000]", ""],
      ["Host of another one", "wiki.example.com"],
      ["Where wiki.example.com is", "http://127.0.0.1:8001"],
      ["Host of another one", ""],
      ["Proxy (", "cady"],
      ["Proxy (", "caddy"],
      ["Certificate chain", ""],
      ["First user", "bob"],
      ["Password", "demo"],
      ["Once more", "demo"],
    ];
    const command = [...fromCheckout, "init"].map((word) => `'${word}'`).join(" ");
    const child = spawn(script, ["-qec", command, "/dev/null"], { cwd, stdio: ["pipe", "pipe", "inherit"] });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    onTestFinished(() => void child.kill());
    let output = "";
    let answered = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    for (const [question, answer] of answers) {
      // Its line has been shown to its end, and nothing has been typed to it yet.
      // Readline moves the cursor behind it.
      const asked = new RegExp(`${question.replace(/[^\w ]/g, "\\$&")}[^\n]*: `);
      await expect.poll(() => output.slice(answered), { timeout: 60_000 }).toMatch(asked);
      answered = output.length;
      child.stdin.write(`${answer}\r`);
    }
    expect(await ended).toBe(0);
    expect(output).toContain("caddy, 2 applications, and the portal at https://auth.example.com.");
    for (const told of [
      "must be a host name such as example.com, not exmaple",
      "--portal must be a host in example.com, not auth.example.org",
      "app.exmaple.com is not in example.com",
      "did you mean caddy?",
    ])
      expect(output).toContain(told);
    expect(output).not.toContain("demo");
    expect(readFileSync(join(cwd, "zerohop/caddy/Caddyfile"), "utf8")).toContain("127.0.0.1:8001");
    expect(readFileSync(join(cwd, "zerohop/data/users.yml"), "utf8")).toMatch(/^ {2}bob:$/m);
  });
});

describeWith(onPath("systemd-analyze"), "its unit", (program) => {
  test.each(["/srv/zerohop", "/home/somebody/my site"])("in %s is one that systemd has nothing against", (folder) => {
    const file = join(temporaryFolder(), "zerohop.service");
    const unit = unitText(folder, "daemon", [process.execPath, "/opt/zerohop/main.js"]);
    writeFileSync(file, unit);
    const { status, stderr } = spawnSync(program, ["verify", "--man=no", file], { encoding: "utf8" });
    expect([status, stderr.split("\n").filter((line) => line.includes("zerohop.service"))]).toEqual([0, []]);
    expect(unit).toMatch(/^User=daemon$/m);
    expect(unit).not.toMatch(/\/etc\/zerohop|DynamicUser|^LoadCredential/m);
  });
});

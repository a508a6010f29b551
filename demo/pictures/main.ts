// Makes docs/images anew: the portal as Chromium shows it, and a recording of the five commands of docs/getting-started.md with Envoy,
// run in an empty folder with the package as npm packs it. What is recorded is what came, and when; only waiting is shortened.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { startBackend } from "../../workshop/backends/application.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { guideCommands } from "../../workshop/documents/commands.ts";
import { packZerohop } from "../../workshop/host/package.ts";
import { freePort, isListening } from "../../workshop/processes/ports.ts";
import { locateEnvoy } from "../../workshop/programs/envoy.ts";
import { until } from "../../workshop/waiting.ts";
import { type RecordedLine, recordingSvg } from "./recording.ts";

const root = join(import.meta.dirname, "..", "..");
const images = join(root, "docs", "images");
const look = {
  title: "zerohop: from nothing to a protected application",
  columns: 110,
  rows: 26,
  duration: 20_000,
  rest: 5000,
};
/** Longer waiting is cut to this. Milliseconds. */
const longestPause = 1200;
const host = "auth.example.com";

const folder = mkdtempSync(join(tmpdir(), "zerohop-pictures-"));
await using started = new AsyncDisposableStack();
started.defer(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(images, { recursive: true });

const archive = await packZerohop(join(folder, "packed"));
const application = await startBackend(0);
started.defer(() => application.close());
const bin = join(folder, "bin");
mkdirSync(bin);
symlinkSync(await locateEnvoy(console.error), join(bin, "envoy"));
const [port, own] = [await freePort(), await freePort()];
const cwd = join(folder, "site");
mkdirSync(cwd);
const env = {
  ...process.env,
  npm_config_prefix: join(folder, "global"),
  PATH: [bin, join(folder, "global", "bin"), process.env.PATH].join(delimiter),
};

const lines: RecordedLine[] = [];
let last = performance.now();
function record(text: string, typed = false): void {
  const now = performance.now();
  // Colours are for terminals.
  const plain = text.replaceAll(/\u{1b}\[[\d;]*m/gu, "");
  lines.push({ after: Math.min(now - last, longestPause), text: plain, typed });
  last = now;
}

/** What the machine has of its own, in place of what the guide says; what is shown is the guide's. */
const places: readonly (readonly [string, string])[] = [
  ["npm install --global zerohop", `npm install --global --prefer-offline --no-audit --no-fund ${archive}`],
  ["--yes ", `--yes --portal ${host}:${port} --http off --address 127.0.0.1:${own} `],
  ["127.0.0.1:8000", `127.0.0.1:${application.port}`],
  ["app.example.com:443:", `app.example.com:${port}:`],
  ["https://app.example.com/", `https://app.example.com:${port}/`],
];
const here = (text: string) => places.reduce((result, [from, to]) => result.replaceAll(from, to), text);
const shown = (text: string) =>
  [
    [`:${port}:`, ":443:"],
    [`:${port}`, ""],
    [encodeURIComponent(`:${port}`), ""],
    [String(own), "9091"],
    [String(application.port), "8000"],
    [cwd, "~"],
  ].reduce((result, [from, to]) => result.replaceAll(from!, to!), text);

/** Runs a command of the guide and records what it says, up to so many lines. */
async function run(command: string, most: number, background = false): Promise<void> {
  record(`$ ${command}${background ? " &" : ""}`, true);
  const child = spawn("bash", ["-c", background ? `exec ${here(command)}` : here(command)], { cwd, env });
  if (background) started.defer(() => void child.kill());
  let count = 0;
  const say = (line: string) => {
    if (count++ < most) record(shown(line));
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", say);
  if (!background) await new Promise((resolve) => child.once("close", resolve));
}

const [install, init, serve, start, visit] = guideCommands("Envoy");
await run(install!, 3);
await run(init!, 40);
await run(serve!, 1, true);
await until(() => isListening(own), { patience: 60_000 });
await run(start!, 0, true);
await until(() => isListening(port), { patience: 60_000 });
await until(() => visitIsRedirected(), { patience: 60_000 });
await run(visit!.replace(" -i ", " -si "), 12);
writeFileSync(join(images, "getting-started.svg"), recordingSvg(lines, look));

const browser = await launchChromium(chromiumProgram.path ?? "chromium", ["--host-resolver-rules=MAP * 127.0.0.1"]);
started.defer(() => browser.close());
const page = await browser.newPage({ viewport: { width: 900, height: 700 }, ignoreHTTPSErrors: true });
await page.goto(`https://${host}:${port}/`);
await page.screenshot({ path: join(images, "portal.png") });
console.log(`made ${images}`);

function visitIsRedirected(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", here(visit!)], { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.on("data", (data) => (text += data));
    child.once("close", () => resolve(/^HTTP\/\S+ 302\b/.test(text)));
  });
}

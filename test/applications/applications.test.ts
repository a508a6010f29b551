// JupyterLab and Radicale behind every proxy with the configuration in deploy/, configured as their pages in docs/applications say:
// real applications, a real browser, a real client of CalDAV. ZEROHOP_APPLICATIONS_MINUTES=10 has the visitors stay that long,
// with leases as they are by default, behind all proxies at the same time, and puts what it was like into docs/applications/README.md.
// Every run visits five of them, and ZEROHOP_APPLICATIONS_PROXIES="caddy,haproxy" has it visit these; of the page the others stay as
// they are.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type JupyterLab, startJupyterLab } from "../../workshop/backends/jupyterlab/jupyterlab.ts";
import { type Radicale, startRadicale } from "../../workshop/backends/radicale/radicale.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { domain } from "../../workshop/host/site.ts";
import { applications } from "../../workshop/programs/applications.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { integrations as all } from "../../workshop/proxies/integrations.ts";
import type { Tree } from "../../workshop/proxies/site.ts";
import { documented, folder } from "./pages.ts";
import { due, rows, type Step, withTables, works } from "./table.ts";
import { type Outcome, Turns, visit } from "./visit.ts";

const named = process.env.ZEROHOP_APPLICATIONS_PROXIES?.split(",");
const minutes = Number(process.env.ZEROHOP_APPLICATIONS_MINUTES ?? "0");
const long = minutes > 0;
/** In every run those that decide by themselves, and one that asks: test/proxies/side-by-side has the others for every request of theirs. */
const always = ["envoy", "nginx-wasm", "caddy module", "traefik plugin", "nginx"];
const integrations = all.filter(({ name }) =>
  named ? named.includes(name) : long ? name !== "apache" : always.includes(name),
);
/** How many proxies are visited at a time. */
const width = long ? integrations.length : 2;
/** Milliseconds from one round of work to the next. */
const pause = long ? 20_000 : 2500;
/** Seconds. A lease is a fifth of it. */
const shortInactivity = 20;
const index = join(folder, "README.md");
const steps = Object.keys(rows) as Step[];
const names = all.map(({ name }) => name);

describeWith(await applications(), "real applications", (packages) => {
  describeWith(chromiumProgram, "in Chromium", (chromium) => {
    const work = mkdtempSync(join(tmpdir(), "zerohop-applications-"));
    const results = new Map<string, Promise<Outcome>>();
    let browser: Browser;
    let jupyterLab: JupyterLab;
    let radicale: Radicale;

    beforeAll(async () => {
      const lab = ours(documented("jupyterlab.md", "jupyter_server_config.py"), "lab.example.com");
      const dav = documented("radicale.md", "radicale.conf");
      [browser, jupyterLab, radicale] = await Promise.all([
        launchChromium(chromium),
        startJupyterLab(packages, lab, join(work, "jupyterlab")),
        startRadicale(packages, dav, join(work, "radicale")),
      ]);
      visitAll();
    });
    afterAll(async () => {
      await Promise.allSettled(results.values());
      await browser?.close();
      await jupyterLab?.[Symbol.asyncDispose]();
      await radicale?.[Symbol.asyncDispose]();
      rmSync(work, { recursive: true, force: true });
    });

    /** Begins with every proxy that is there, as many at a time as `width` says. */
    function visitAll(): void {
      const turns = new Turns();
      const lanes = Array.from({ length: width }, () => Promise.resolve());
      for (const [i, proxy] of integrations.entries()) {
        const program = proxy.needed.path;
        if (program === undefined) continue;
        const inactivity = long ? undefined : `${shortInactivity}s`;
        const configure = {
          jupyterLab: configuring("jupyterlab.md", "lab.example.com", inactivity),
          radicale: configuring("radicale.md", "dav.example.com", inactivity),
        };
        const seconds = long ? minutes * 60 : 5;
        const details = { proxy, program, browser, packages, jupyterLab, radicale, configure, seconds, pause, turns };
        const result = lanes[i % width]!.then(() => visit(details));
        results.set(proxy.name, result);
        lanes[i % width] = result.then(
          () => {},
          () => {},
        );
      }
    }

    for (const proxy of integrations)
      describeWith(proxy.needed, `through ${proxy.name}`, () => {
        test("everything works that has to", { timeout: (minutes + 8) * 60_000 }, async () => {
          const { outcomes, refused, figures } = await results.get(proxy.name)!;
          if (refused.length > 0)
            console.log(`${proxy.name}: ${refused.length} refused\n${refused.slice(0, 20).join("\n")}`);
          expect(steps.map((step) => [step, told(step, proxy.name, outcomes)])).toEqual(
            steps.map((step) => [step, due(step, proxy.name)]),
          );
          // Whether there is something to go on after.
          if (!proxy.dropsRenewal) expect(figures.renewals).toBeGreaterThan(0);
        });
      });

    describe("docs/applications/README.md", () => {
      test("has the table, and of a long run what it was like", async () => {
        const figures = long ? (await Promise.all(results.values())).map((one) => one.figures) : undefined;
        const text = withTables(readFileSync(index, "utf8"), names, figures);
        await expect(text).toMatchFileSnapshot(index);
      });
    });
  });
});

/** What came of a step, in the table's words where it is not to work. */
function told(step: Step, proxy: string, outcomes: Outcome["outcomes"]): string {
  const [came, expected] = [outcomes.get(step) ?? "was not tried", due(step, proxy)];
  return expected !== works && came !== works ? expected : came;
}

/** A page's text with its application at the site's. */
function ours(text: string, host: string): string {
  return text.replaceAll(host, `app.${domain}`);
}

/** Makes of the host's configuration what a page says. */
function configuring(page: string, host: string, inactivity: string | undefined): (config: Tree) => void {
  const { session, access_control: control } = parse(ours(documented(page, "zerohop.yml"), host)) as Tree;
  return (config) => {
    if (inactivity === undefined) delete config.session.inactivity;
    else config.session.inactivity = inactivity;
    Object.assign(config.session.cookies[0], session?.cookies[0]);
    config.access_control.rules = [config.access_control.rules[0], ...control.rules];
  };
}

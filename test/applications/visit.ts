// One visit to JupyterLab and to Radicale behind a proxy: each step of the table, and what came of it.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { JupyterLab } from "../../workshop/backends/jupyterlab/jupyterlab.ts";
import type { Radicale } from "../../workshop/backends/radicale/radicale.ts";
import type { Integration } from "../../workshop/proxies/integrations.ts";
import type { Site, Tree } from "../../workshop/proxies/site.ts";
import { CalendarPage, keepCalendar } from "./calendar.ts";
import { Journal } from "./journal.ts";
import { Lab, patience } from "./lab.ts";
import { type Figures, type Step, works } from "./table.ts";

const artefacts = join(import.meta.dirname, "..", "..", "artefacts");
const cookieName = "zerohop_session";

export interface Visit {
  readonly proxy: Integration;
  readonly program: string;
  readonly browser: Browser;
  /** The folder of the applications' packages. */
  readonly packages: string;
  readonly jupyterLab: JupyterLab;
  readonly radicale: Radicale;
  /** What the pages say of the host's configuration, by application. */
  readonly configure: { readonly jupyterLab: (config: Tree) => void; readonly radicale: (config: Tree) => void };
  /** How long the visitor stays once everything was tried. */
  readonly seconds: number;
  /** Between rounds of work. Milliseconds. */
  readonly pause: number;
  /** For the sites to be started in, one after the other: more at a time keep each other from it. */
  readonly turns: Turns;
}

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `act` once all that came before has ended, however it has. */
  take<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

export interface Outcome {
  readonly outcomes: ReadonlyMap<Step, string>;
  readonly figures: Figures;
  /** Requests of JupyterLab's page that were refused, as `status method url`, but for those that ended in an error of JupyterLab's own. */
  readonly refused: readonly string[];
}

export async function visit(details: Visit): Promise<Outcome> {
  const { proxy, seconds } = details;
  const [lab, calendar] = await Promise.all([visitLab(details), visitCalendar(details)]);
  const outcomes = new Map([...lab.outcomes, ...calendar.outcomes]);
  return {
    outcomes,
    refused: lab.refused,
    figures: {
      ...{
        proxy: proxy.name,
        minutes: Math.round(seconds / 60),
        computed: lab.rounds,
        calendarRounds: calendar.rounds,
      },
      ...{ renewals: lab.renewals + calendar.renewals, closedSockets: lab.closedSockets, refused: lab.refused.length },
    },
  };
}

/** A name for folders and collections. */
const nameOf = ({ name }: Integration) => name.replaceAll(" ", "-");

/** Tries steps on a page, and keeps in artefacts/ what the page looked like where one failed. */
class Steps {
  readonly outcomes = new Map<Step, string>();
  readonly #page: Page;
  readonly #journal: Journal;
  readonly #name: string;

  constructor(page: Page, name: string) {
    [this.#page, this.#journal, this.#name] = [page, new Journal(page), name];
  }

  /** The first failure of a step is what came of it. */
  note(step: Step, error: string | null): void {
    const before = this.outcomes.get(step) ?? works;
    if (before === works) this.outcomes.set(step, error ?? works);
  }

  async try(step: Step, act: () => Promise<void>): Promise<boolean> {
    this.#journal.begin();
    try {
      await act();
      this.note(step, null);
      return true;
    } catch (error) {
      const asked = this.#journal.tell();
      await this.#page.screenshot({ path: join(artefacts, `${this.#name}-${step}.png`) }).catch(() => {});
      this.note(step, `${(error as Error).message.split("\n").slice(0, 3).join(" ")}; ${asked}`);
      return false;
    }
  }
}

async function visitLab({ proxy, program, browser, jupyterLab, configure, seconds, pause, turns }: Visit) {
  await using site = await turns.take(() => proxy.start(program, jupyterLab.port, configure.jupyterLab));
  await using visitor = await Visitor.start(browser, site);
  const steps = new Steps(visitor.page, nameOf(proxy));
  const lab = new Lab(visitor.page, site.url("app", ""), jupyterLab.files, nameOf(proxy));
  for (const step of ["open", "identity", "notebook", "terminal", "upload", "download"] as const)
    await steps.try(step, () => lab[step]());
  await visitor.noteLease();
  let rounds = 0;
  const end = performance.now() + seconds * 1000;
  do {
    const began = performance.now();
    if (await steps.try("goOn", () => lab.goOn())) rounds++;
    else await lab.reopen().catch((error: Error) => steps.note("goOn", error.message));
    await visitor.noteLease();
    await sleep(Math.max(0, Math.min(pause - (performance.now() - began), end - performance.now())));
  } while (performance.now() < end);
  steps.note("sockets", lab.closedSockets === 0 ? null : `${lab.closedSockets} closed`);
  const own = new Set(jupyterLab.ownErrors());
  const refused = visitor.refused.filter(({ request }) => !own.has(request)).map(({ told }) => told);
  steps.note("refused", refused.length === 0 ? null : refused.slice(0, 3).join(", "));
  const { outcomes } = steps;
  return { outcomes, rounds, renewals: visitor.renewals, closedSockets: lab.closedSockets, refused };
}

async function visitCalendar({ proxy, program, browser, packages, radicale, configure, seconds, pause, turns }: Visit) {
  await using site = await turns.take(() => proxy.start(program, radicale.port, configure.radicale));
  await using visitor = await Visitor.start(browser, site);
  const steps = new Steps(visitor.page, nameOf(proxy));
  const name = nameOf(proxy);
  const page = new CalendarPage(visitor.page, site.url("app", ""), `people at ${name}`);
  const client = { packages, url: site.url("app", ""), authority: site.tls.authority, calendar: name, seconds };
  const kept = keepCalendar(client);
  await steps.try("page", () => page.open());
  await visitor.noteLease();
  await steps.try("collection", () => page.collection());
  const end = performance.now() + seconds * 1000;
  do {
    await sleep(Math.min(pause, Math.max(0, end - performance.now())));
    if (!(await steps.try("refresh", () => page.refresh()))) await page.enter().catch(() => {});
    await visitor.noteLease();
  } while (performance.now() < end);
  const done = await kept;
  for (const { step, error } of done) steps.note(step as Step, error);
  const rounds = done.filter(({ step, error }) => step === "synchronization" && error === null).length;
  return { outcomes: steps.outcomes, rounds, renewals: visitor.renewals };
}

/** A browser of its own, as far as cookies go. */
class Visitor implements AsyncDisposable {
  readonly #context: BrowserContext;
  readonly page: Page;
  readonly #leases = new Set<string>();
  readonly refused: { readonly request: string; readonly told: string }[] = [];

  private constructor(context: BrowserContext, page: Page) {
    [this.#context, this.page] = [context, page];
    page.setDefaultTimeout(patience);
    page.on("response", (response) => {
      // JupyterLab looks for files that need not be there.
      if (response.status() < 400 || response.status() === 404) return;
      const { pathname, search } = new URL(response.url());
      const [status, method] = [response.status(), response.request().method()];
      this.refused.push({
        request: `${status} ${method} ${pathname}${search}`,
        told: `${status} ${method} ${response.url()}`,
      });
    });
  }

  static async start(browser: Browser, site: Site): Promise<Visitor> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: site.url("app") });
    return new Visitor(context, await context.newPage());
  }

  /** Notes the lease that the browser has now. */
  async noteLease(): Promise<void> {
    for (const { name, value } of await this.#context.cookies()) if (name === cookieName) this.#leases.add(value);
  }

  /** New leases after the first. */
  get renewals(): number {
    return Math.max(0, this.#leases.size - 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

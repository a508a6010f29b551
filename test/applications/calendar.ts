// What people and their programs do with Radicale: its page in a browser, and a calendar by CalDAV with Basic credentials. The page
// is alice's and the calendar bob's: Radicale counts what is in each of a person's collections after it has let go of its lock, and
// answers the page with 500 where one of them is deleted meanwhile.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import { pythonFor } from "../../workshop/programs/python-packages.ts";
import { logIn } from "./lab.ts";

const script = join(import.meta.dirname, "..", "..", "workshop", "clients", "caldav_client.py");

export interface CalendarClient {
  readonly packages: string;
  /** Radicale's through a proxy, without a slash at the end. */
  readonly url: string;
  /** The file of the authority that signed the site's certificate. */
  readonly authority: string;
  readonly calendar: string;
  readonly seconds: number;
}

/** A step of the client's, once for each round. */
export interface DavStep {
  readonly step: string;
  readonly error: string | null;
}

/** Keeps a calendar with workshop/clients/caldav_client.py, and returns what came of each step. */
export async function keepCalendar(client: CalendarClient): Promise<readonly DavStep[]> {
  const { packages, url, authority, calendar, seconds } = client;
  const args = [script, packages, url, authority, "bob", "demo", calendar, String(seconds)];
  const child = spawn(await pythonFor("the CalDAV client"), args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const steps: DavStep[] = [];
  for await (const line of createInterface(child.stdout)) steps.push(JSON.parse(line) as DavStep);
  const code = await ended;
  return code === 0 ? steps : [...steps, { step: "the client", error: `ended with exit code ${code}` }];
}

export class CalendarPage {
  readonly #page: Page;
  readonly #url: string;
  readonly #name: string;

  constructor(page: Page, url: string, name: string) {
    [this.#page, this.#url, this.#name] = [page, url, name];
  }

  /** Opens the page, which leads to the portal, and logs in there. */
  async open(): Promise<void> {
    await this.#page.goto(`${this.#url}/`);
    await logIn(this.#page);
    await this.#page.locator("#loginscene [data-name=user]").waitFor();
  }

  /** The page asks for name and password by itself, and sends them as Basic. */
  async enter(): Promise<void> {
    await this.#page.goto(`${this.#url}/.web/`);
    await this.#page.locator("#loginscene [data-name=user]").fill("alice");
    await this.#page.locator("#loginscene [data-name=password]").fill("demo");
    await this.#page.locator("#loginscene").getByRole("button", { name: "Next" }).click();
    await this.#page.locator("#collectionsscene [data-name=new]").waitFor();
  }

  /** Makes an address book. */
  async collection(): Promise<void> {
    await this.enter();
    // Where there are many collections, one of them covers the button.
    await this.#page.locator("#collectionsscene [data-name=new]").dispatchEvent("click");
    await this.#page.locator("#createcollectionscene [data-name=type]").selectOption("ADDRESSBOOK");
    await this.#page.locator("#createcollectionscene [data-name=displayname]").fill(this.#name);
    await this.#page.locator("#createcollectionscene [data-name=submit]").click();
    await this.#comes();
  }

  /** Has the page fetch its list again. */
  async refresh(): Promise<void> {
    await this.#page.locator("#logoutview [data-name=refresh]").click();
    await this.#comes();
  }

  /** Waits for the list. Throws what the page says in its place as soon as it says so. */
  async #comes(): Promise<void> {
    const error = this.#page.locator("#collectionsscene [data-name=collectionsscene_error]");
    await this.#shown().or(error).filter({ visible: true }).first().waitFor();
    if (await error.isVisible()) throw new Error(`the page says ${(await error.innerText()).trim()}`);
  }

  #shown() {
    return this.#page.locator("#collectionsscene [data-name=title]").getByText(this.#name, { exact: true });
  }
}

// What a person does with JupyterLab in a browser, each step for one row of the table. A step throws when something is not as it
// has to be.
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page, WebSocket } from "playwright-core";
import { until } from "../../workshop/waiting.ts";

const megabytes = 5;
/** Milliseconds that a page, or what it is to do, may take: sixteen of them share a machine with all else. */
export const patience = 120_000;

export class Lab {
  readonly #page: Page;
  readonly #url: string;
  readonly #files: string;
  readonly #name: string;
  readonly #terminalOutput: string[] = [];
  #rounds = 0;
  #settled = false;
  /** WebSockets that were closed since `goOn` began; before, JupyterLab itself closes one when it changes kernels. */
  closedSockets = 0;

  /** `url` is JupyterLab's through a proxy; `files` is the folder that it shows, and `name` one that is made in it. */
  constructor(page: Page, url: string, files: string, name: string) {
    [this.#page, this.#url, this.#files, this.#name] = [page, url, files, name];
    page.on("websocket", (socket) => this.#watch(socket));
  }

  #watch(socket: WebSocket): void {
    socket.on("close", () => {
      if (this.#settled) this.closedSockets++;
    });
    if (/\/terminals\/websocket\//.test(socket.url()))
      socket.on("framereceived", ({ payload }) => this.#terminalOutput.push(String(payload)));
  }

  /** Opens it, which leads to the portal, and logs in there. */
  async open(): Promise<void> {
    await mkdir(join(this.#files, this.#name));
    await this.#page.goto(this.#address);
    await logIn(this.#page);
    await this.#loaded();
  }

  /** Opens it once more, as a person does who finds that nothing works. */
  async reopen(): Promise<void> {
    this.#settled = false;
    await this.#page.goto(this.#address);
    await this.#loaded();
    await this.#page.locator(".jp-DirListing-item").getByText("Untitled.ipynb").dblclick();
    await this.#page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor();
    await this.terminal();
  }

  get #address(): string {
    return `${this.#url}/lab/workspaces/${this.#name}/tree/${this.#name}?reset`;
  }

  async #loaded(): Promise<void> {
    await this.#page.locator(".jp-LauncherCard").first().waitFor();
  }

  /** JupyterLab knows who has logged in. */
  async identity(): Promise<void> {
    const me = await this.#fetch("/api/me");
    const { username } = JSON.parse(me.text).identity;
    if (username !== "alice") throw new Error(`it says ${username}`);
  }

  /** Makes a notebook, has its kernel compute and saves it. */
  async notebook(): Promise<void> {
    await this.#page.locator(".jp-LauncherCard[data-category=Notebook]").first().click();
    // What is typed before the kernel is there is not computed.
    await this.#page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").waitFor();
    await this.#compute();
  }

  /** Goes on with the notebook: computes something else and saves it. */
  async #compute(): Promise<void> {
    const round = ++this.#rounds;
    await this.#page.locator(".jp-Notebook .cm-content").first().click();
    await this.#page.keyboard.press("Control+A");
    await this.#page.keyboard.type(`print("round ${round} of", ${round} * 7)`);
    const output = `round ${round} of ${round * 7}`;
    const shown = this.#page.locator(".jp-OutputArea-output").getByText(output);
    // JupyterLab may still be changing from one kernel to the next.
    await until(
      async () => {
        await this.#page.keyboard.press("Control+Enter");
        await shown.waitFor({ timeout: 20_000 });
        return true;
      },
      { patience },
    );
    await this.#page.keyboard.press("Control+S");
    const accept = this.#page.locator(".jp-Dialog .jp-mod-accept");
    const notebook = join(this.#files, this.#name, "Untitled.ipynb");
    await until(
      async () => {
        // The first time it asks for a name.
        if (await accept.isVisible()) await accept.click();
        return readFileSync(notebook, "utf8").includes(output);
      },
      { interval: 200, patience },
    );
  }

  /** Opens a terminal, which says what it is told to. */
  async terminal(): Promise<void> {
    await this.#page.keyboard.press("Control+Shift+L");
    await this.#page.locator(".jp-LauncherCard[title='Start a new terminal session']").last().click();
    await this.#page.locator(".jp-Terminal .xterm-helper-textarea").waitFor({ state: "attached" });
    await this.#echo();
  }

  async #echo(): Promise<void> {
    const round = this.#rounds;
    this.#terminalOutput.length = 0;
    await this.#page.locator(".jp-Terminal .xterm-helper-textarea").focus();
    await this.#page.keyboard.type(`echo zero$((40 + ${round}))hop\n`);
    await until(() => this.#terminalOutput.join("").includes(`zero${40 + round}hop`), { patience });
  }

  /** The notebook and the terminal that are open, once more. */
  async goOn(): Promise<void> {
    this.#settled = true;
    await this.#tab("Untitled.ipynb");
    await this.#compute();
    await this.#tab("Terminal");
    await this.#echo();
  }

  #tab(text: string): Promise<void> {
    return this.#page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab").filter({ hasText: text }).first().click();
  }

  /** Uploads a file that is longer than what some proxies let pass at once. */
  async upload(): Promise<void> {
    const buffer = Buffer.alloc(megabytes * 1024 * 1024, "zerohop ");
    const [chooser] = await Promise.all([
      this.#page.waitForEvent("filechooser"),
      this.#page.locator(".jp-FileBrowser-toolbar [title='Upload Files']").click(),
    ]);
    await chooser.setFiles({ name: "long.txt", mimeType: "text/plain", buffer });
    const file = join(this.#files, this.#name, "long.txt");
    await until(() => existsSync(file) && statSync(file).size === buffer.length, { interval: 200, patience });
  }

  /** Downloads it again. */
  async download(): Promise<void> {
    const { text } = await this.#fetch(`/files/${this.#name}/long.txt`);
    if (text.length !== megabytes * 1024 * 1024) throw new Error(`${text.length} bytes came`);
  }

  async #fetch(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await this.#page.evaluate(async (url) => {
      const response = await fetch(url);
      return { status: response.status, text: await response.text() };
    }, this.#url + path);
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
    return answer;
  }
}

/** At the portal's page, by the form. */
export async function logIn(page: Page): Promise<void> {
  await page.locator("input[name=username]").fill("alice");
  await page.locator("input[name=password]").fill("demo");
  await page.locator("form[action='/login'] [type=submit]").click();
}

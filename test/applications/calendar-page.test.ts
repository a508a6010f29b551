// What the steps with Radicale's page say where it is refused: the test of the applications would be worth nothing if a page that
// shows nothing passed for one that works, and little if it did not tell what the page had asked for and what had come.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Radicale, startRadicale } from "../../workshop/backends/radicale/radicale.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { applications } from "../../workshop/programs/applications.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { CalendarPage } from "./calendar.ts";
import { Journal } from "./journal.ts";
import { documented } from "./pages.ts";

/** What is done with a PROPFIND: passed on, refused with a status, or never answered. */
type Answer = "passes" | "hangs" | number;

describeWith(await applications(), "Radicale's page behind a proxy that refuses", (packages) => {
  describeWith(chromiumProgram, "in Chromium", (chromium) => {
    const work = mkdtempSync(join(tmpdir(), "zerohop-calendar-page-"));
    let answer: Answer = "passes";
    let browser: Browser;
    let radicale: Radicale;
    let proxy: Server;

    beforeAll(async () => {
      [browser, radicale] = await Promise.all([
        launchChromium(chromium),
        startRadicale(packages, documented("radicale.md", "radicale.conf"), work),
      ]);
      proxy = createServer((incoming, outgoing) => {
        const { method, url: path, headers } = incoming;
        if (method === "PROPFIND" && answer === "hangs") return;
        // The page looks first whether it is known without a password, and logs in by itself where it is.
        const status = headers.authorization === undefined ? 401 : answer;
        if (method === "PROPFIND" && typeof status === "number") {
          outgoing.writeHead(status).end("not now");
          return;
        }
        const options = { port: radicale.port, method, path, headers: { ...headers, "remote-user": "alice" } };
        const onward = request(options, (came) => {
          outgoing.writeHead(came.statusCode!, came.headers);
          came.pipe(outgoing);
        });
        incoming.pipe(onward);
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    });
    afterAll(async () => {
      await browser?.close();
      proxy?.closeAllConnections();
      proxy?.close();
      await radicale?.[Symbol.asyncDispose]();
      rmSync(work, { recursive: true, force: true });
    });

    /** A page that shows its list, and what its steps ask for. */
    async function opened(name: string): Promise<{ page: CalendarPage; journal: Journal; patience(ms: number): void }> {
      answer = "passes";
      const tab = await browser.newPage();
      tab.setDefaultTimeout(20_000);
      const journal = new Journal(tab);
      const page = new CalendarPage(tab, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, name);
      await page.collection();
      await page.refresh();
      journal.begin();
      return { page, journal, patience: (ms) => tab.setDefaultTimeout(ms) };
    }

    test.each([401, 403, 429, 500, 503])("does not refresh its list where it is answered %i", async (status) => {
      const { page, journal } = await opened(`people who get ${status}`);
      answer = status;
      await expect(page.refresh()).rejects.toThrow(`the page says ${status}`);
      await expect
        .poll(() => journal.tell())
        .toMatch(new RegExp(`PROPFIND /alice/ at \\d+ ms: ${status}: not now, after`));
    });

    test("does not refresh its list where it is not answered", async () => {
      const { page, journal, patience } = await opened("people who wait");
      answer = "hangs";
      patience(1000);
      await expect(page.refresh()).rejects.toThrow("Timeout");
      expect(journal.tell()).toMatch(/PROPFIND \/alice\/ at \d+ ms: no answer/);
    });
  });
});

// Every page of the portal in Chromium, in every language: nothing against WCAG 2.2 AA that axe can find, and room for every word
// on a narrow phone and with letters of twice the size.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { languages } from "../../portal/languages/index.ts";
import { violationsOn } from "../../workshop/browser/axe.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { PortalPages } from "../../workshop/browser/portal-pages.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { benign } from "../portal/samples.ts";
import { siteIn } from "../portal/site.ts";
import { pages, pagesOf } from "../portal/views.ts";

const addressOf = (tag: string, name: string) => `/${tag}/${name}`;
const documents = Object.fromEntries(
  languages.flatMap((language) =>
    pagesOf(siteIn(language)).map(([name, render]) => [addressOf(language.tag, name), render(benign)]),
  ),
);
const names = pages.map(([name]) => name);

describeWith(chromiumProgram, "every page of the portal in Chromium", (chromiumPath) => {
  let server: PortalPages;
  let browser: Browser;

  beforeAll(async () => {
    // A page that takes its visitor on by itself takes them nowhere here.
    const staying = Object.entries(documents).map(
      ([path, page]) =>
        [path, page.includes("data-onward") ? page.replaceAll("/login/provider/one", "#there") : page] as const,
    );
    server = await PortalPages.serve(Object.fromEntries(staying));
    browser = await launchChromium(chromiumPath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Runs a check on every page in a language, two at a time; what it finds comes with the page's name. */
  async function onEach<T>(tag: string, options: BrowserContextOptions, check: (page: Page) => Promise<T>) {
    const found: [name: string, T][] = [];
    const left = names.values();
    const visit = async () => {
      // In a process of its own, beside that of the other.
      const context = await browser.newContext(options);
      const page = await context.newPage();
      for (const name of left) {
        await page.goto(server.url(addressOf(tag, name)));
        found.push([name, await check(page)]);
      }
      await context.close();
    };
    await Promise.all([visit(), visit()]);
    expect(found).toHaveLength(names.length);
    return found;
  }

  describe.each([
    ["en", "light"],
    ["de", "light"],
    ["ja", "dark"],
  ] as const)("in %s, %s", (tag, colorScheme) => {
    it("has nothing that axe objects to", async () => {
      const found = await onEach(tag, { colorScheme, viewport: { width: 390, height: 844 } }, violationsOn);
      expect(found.filter(([, violations]) => violations.length > 0)).toEqual([]);
    });
  });

  it.each(languages.map(({ tag }) => tag))(
    "needs no scrolling sideways at 320 pixels, and holds letters of twice the size: %s",
    async (tag) => {
      const found = await onEach(tag, { viewport: { width: 320, height: 640 } }, async (page) => {
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        await page.setViewportSize({ width: 640, height: 800 });
        await page.evaluate("document.documentElement.style.fontSize = '200%'");
        const cut = await page.evaluate<string[]>(cutOff);
        await page.setViewportSize({ width: 320, height: 640 });
        return { width, cut };
      });
      expect(found.filter(([, { width, cut }]) => width !== 320 || cut.length > 0)).toEqual([]);
    },
  );

  it("shows nothing that is hidden, without JavaScript too", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const found = await onEach("en", { javaScriptEnabled }, async (page) => {
        const hidden = await page.locator("[hidden]").all();
        return (await Promise.all(hidden.map((element) => element.isVisible()))).includes(true);
      });
      expect(found.filter(([, shows]) => shows)).toEqual([]);
    }
  });

  it("shows with every control where the focus is", async () => {
    const found = await onEach("en", {}, async (page) => page.evaluate<string[]>(withoutFocusMark));
    expect(found.filter(([, elements]) => elements.length > 0)).toEqual([]);
  });
});

/** Runs in the page: the elements whose words stick out of the window or of their own box. */
const cutOff = `[...document.querySelectorAll("body *")]
  .filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    const { overflowX, whiteSpace, display } = getComputedStyle(element);
    const hides = overflowX !== "visible" && whiteSpace !== "nowrap" && display !== "-webkit-box";
    return left < 0 || right > innerWidth + 1 || (hides && element.scrollWidth > element.clientWidth + 1);
  })
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Runs in the page: the controls that look the same with the focus as without it, as far as an outline goes. */
const withoutFocusMark = `[...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((element) => element.offsetParent !== null)
  .filter((element) => {
    element.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return document.activeElement !== element || outlineStyle === "none" || parseFloat(outlineWidth) < 2;
  })
  .map((element) => element.outerHTML.slice(0, 120))`;

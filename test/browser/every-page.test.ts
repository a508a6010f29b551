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
/** The languages whose pages axe looks at, and with which colours. */
const inspected: Readonly<Record<string, "light" | "dark">> = { en: "light", de: "light", ja: "dark" };

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

  /** Looks at every page in a language, two at a time; what there is to see comes with the page's name. */
  async function onEach<T>(tag: string, options: BrowserContextOptions, look: (page: Page) => Promise<T>) {
    const seen: [name: string, T][] = [];
    const left = names.values();
    const visit = async () => {
      // In a process of its own, beside that of the other.
      const context = await browser.newContext(options);
      const page = await context.newPage();
      for (const name of left) {
        await page.goto(server.url(addressOf(tag, name)));
        seen.push([name, await look(page)]);
      }
      await context.close();
    };
    await Promise.all([visit(), visit()]);
    expect(seen).toHaveLength(names.length);
    return seen;
  }

  const showsHidden = async (page: Page) => {
    const hidden = await page.locator("[hidden]").all();
    return (await Promise.all(hidden.map((element) => element.isVisible()))).includes(true);
  };

  // A page is opened once for all that is looked at: that is what takes longest.
  describe.each(languages.map(({ tag }) => tag))("in %s", (tag) => {
    const colorScheme = inspected[tag];
    // What no words change.
    const isFirst = tag === "en";
    const look = async (page: Page) => {
      const shows = isFirst && (await showsHidden(page));
      await page.setViewportSize({ width: 320, height: 640 });
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      await page.setViewportSize({ width: 640, height: 800 });
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      const cut = await page.evaluate<string[]>(cutOff);
      await page.evaluate("document.documentElement.style.fontSize = ''");
      if (colorScheme) await page.setViewportSize({ width: 390, height: 844 });
      const violations = colorScheme ? await violationsOn(page) : [];
      if (isFirst) await page.setViewportSize({ width: 1280, height: 720 });
      const unmarked = isFirst ? await page.evaluate<string[]>(withoutFocusMark) : [];
      return { shows, width, cut, violations, unmarked };
    };
    let seen: readonly (readonly [name: string, Awaited<ReturnType<typeof look>>])[];

    beforeAll(async () => {
      seen = await onEach(tag, colorScheme ? { colorScheme } : {}, look);
    });

    it.runIf(colorScheme)(`has nothing that axe objects to, ${colorScheme}`, () => {
      expect(seen.filter(([, { violations }]) => violations.length > 0)).toEqual([]);
    });

    it("needs no scrolling sideways at 320 pixels, and holds letters of twice the size", () => {
      expect(seen.filter(([, { width, cut }]) => width !== 320 || cut.length > 0)).toEqual([]);
    });

    it.runIf(isFirst)("shows nothing that is hidden", () => {
      expect(seen.filter(([, { shows }]) => shows)).toEqual([]);
    });

    it.runIf(isFirst)("shows with every control where the focus is", () => {
      expect(seen.filter(([, { unmarked }]) => unmarked.length > 0)).toEqual([]);
    });
  });

  it("shows nothing that is hidden without JavaScript", async () => {
    const seen = await onEach("en", { javaScriptEnabled: false }, showsHidden);
    expect(seen.filter(([, shows]) => shows)).toEqual([]);
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

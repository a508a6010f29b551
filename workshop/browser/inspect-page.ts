// Looks at a page as axe does and as people do: in light and dark, on a phone and on a desk. Screenshots stay in artefacts/.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { violationsOn } from "./axe.ts";

const artefacts = join(import.meta.dirname, "..", "..", "artefacts");

export async function inspectPage(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  const before = page.viewportSize()!;
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await violationsOn(page)).toEqual([]);
      await page.screenshot({ path: join(artefacts, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}

// What axe finds wrong with a page, by WCAG 2.2 A and AA and by its own best practices.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Each rule that is broken, with the elements that break it. The page's own policy lets no script of others in; this one is
 * evaluated from outside. */
export async function violationsOn(page: Page): Promise<string[][]> {
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(`${source}; undefined`);
  const options = JSON.stringify({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${options})`);
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}

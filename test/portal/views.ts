// Every page of the portal as a function of the texts that come from outside, in each shape that it can take: those that features
// share, and those of each feature, which the files in views/ have.
import { globSync } from "node:fs";
import { join } from "node:path";
import { english } from "../../portal/languages/index.ts";
import { messagePage } from "../../portal/pages/message.ts";
import { severalSessionsPage } from "../../portal/pages/several-sessions.ts";
import type { Site } from "../../portal/pages/site.ts";
import type { Page } from "./samples.ts";
import { siteIn } from "./site.ts";

const folder = join(import.meta.dirname, "views");
const views = await Promise.all(
  globSync("*.ts", { cwd: folder })
    .sort()
    .map(async (file) => (await import(join(folder, file))).pagesIn as (site: Site) => readonly Page[]),
);

export function pagesOf(site: Site): readonly Page[] {
  return [
    ["several sessions", () => severalSessionsPage(site)],
    ["message", ({ requestId }) => messagePage({ site, status: 503, requestId })],
    ...views.flatMap((pagesIn) => pagesIn(site)),
  ];
}

/** In English. */
export const pages = pagesOf(siteIn(english));

// What the pages of one answer have in common.
import type { Picture as ShownPicture, Site } from "../../portal/pages/site.ts";
import type { Parts, RequestContext } from "./environment.ts";
import type { Picture } from "./portal-assets.ts";
import { readTarget } from "./target.ts";

/**
 * `here` is the address of the page, to come back to it in another language; absent, it is that of the request. A page that
 * answers a POST has none of its own.
 */
export function siteOf(c: RequestContext, { assets, config }: Parts, here = addressOf(c)): Site {
  return {
    assets: { stylesheet: assets.stylesheet.path, script: assets.script.path },
    branding: {
      name: config.portal.name,
      ...(assets.logo && { logo: picture(assets.logo) }),
      ...(config.portal.accentColor !== null && { color: config.portal.accentColor }),
    },
    language: c.get("language"),
    ...(here !== undefined && { here }),
  };
}

/** As pages take it. */
export function picture({ path, width, height }: Picture): ShownPicture {
  return { address: path, width, height };
}

/** Path and query of a request that can be made again, without a target that is not to be followed. */
function addressOf(c: RequestContext): string | undefined {
  const portal = c.get("cookieDomain");
  if (!portal || (c.req.method !== "GET" && c.req.method !== "HEAD")) return undefined;
  const { pathname, searchParams } = new URL(c.req.url);
  if (!readTarget(searchParams.get("rd") ?? undefined, portal)) searchParams.delete("rd");
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
}

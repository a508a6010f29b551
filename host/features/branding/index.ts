// As whose the portal shows itself: its name, logo and accent, what its pages load, and the applications that it names.
import { Hono } from "hono";
import type { Picture as ShownPicture } from "../../../portal/pages/site.ts";
import type { Appearance, Environment } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { assetsOf, type Picture, type PortalAssets, readPortalAssets } from "./assets.ts";
import type { PortalConfig } from "./config.ts";

/** An SVG may hold a script; opened by itself, it must be a picture all the same. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** An application that the operator names. */
export interface Application {
  readonly name: string;
  /** Absolute, https, as new URL() writes it. */
  readonly url: string;
  readonly icon?: ShownPicture;
}

export interface Branding extends Feature {
  readonly appearance: Appearance;
  readonly applications: readonly Application[];
}

/** Throws HostError "assets" when what the pages load cannot be read. */
export function branding(config: PortalConfig): Branding {
  const assets = readPortalAssets(config);
  const app = new Hono<Environment>();
  for (const { path, type, body } of assetsOf(assets))
    app.get(path, (c) => {
      if (type.startsWith("image/")) c.header("Content-Security-Policy", picturePolicy);
      return c.body(body, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" });
    });
  return {
    routes: [{ path: "/", app }],
    appearance: appearanceOf(assets, config),
    applications: config.applications.map(({ name, url, icon }) => {
      const file = icon === null ? undefined : assets.icons.get(icon);
      return { name, url, ...(file && { icon: picture(file) }) };
    }),
  };
}

function appearanceOf({ stylesheet, script, logo }: PortalAssets, { name, accentColor }: PortalConfig): Appearance {
  return {
    assets: { stylesheet: stylesheet.path, script: script.path },
    branding: { name, ...(logo && { logo: picture(logo) }), ...(accentColor !== null && { color: accentColor }) },
  };
}

/** As pages take it. */
function picture({ path, width, height }: Picture): ShownPicture {
  return { address: path, width, height };
}

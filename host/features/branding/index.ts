// As whose the portal shows itself: its name, logo and accent, what its pages load, and the applications that it names.
import { Hono } from "hono";
import type { Picture as ShownPicture } from "../../../portal/pages/site.ts";
import type { Appearance, Environment } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { mountAsset, shownPicture } from "../../http/picture-asset.ts";
import { assetsOf, type PortalAssets, readPortalAssets } from "./assets.ts";
import type { PortalConfig } from "./config.ts";

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
  for (const asset of assetsOf(assets)) mountAsset(app, asset);
  return {
    routes: [{ path: "/", app }],
    appearance: appearanceOf(assets, config),
    applications: config.applications.map(({ name, url, icon }) => {
      const file = icon === null ? undefined : assets.icons.get(icon);
      return { name, url, ...(file && { icon: shownPicture(file) }) };
    }),
  };
}

function appearanceOf({ stylesheet, script, logo }: PortalAssets, { name, accentColor }: PortalConfig): Appearance {
  return {
    assets: { stylesheet: stylesheet.path, script: script.path },
    branding: { name, ...(logo && { logo: shownPicture(logo) }), ...(accentColor !== null && { color: accentColor }) },
  };
}

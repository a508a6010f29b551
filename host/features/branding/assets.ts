// What a portal's pages load, under names that change with the content: the stylesheet and the script as esbuild made them, and
// the operator's pictures.
import { readFileSync } from "node:fs";
import { readIcon } from "../../http/image.ts";
import { type Asset, type PictureAsset, pictureAsset } from "../../http/picture-asset.ts";
import { HostError } from "../../kit/errors.ts";
import { installed } from "../../kit/installation.ts";
import { sha256 } from "../../kit/sha256.ts";
import { accentRules } from "./accent.ts";
import { parseColor } from "./color.ts";
import { type PortalConfig, readLogo } from "./config.ts";

export interface PortalAssets {
  readonly stylesheet: Asset;
  readonly script: Asset;
  readonly logo?: PictureAsset;
  /** By the path of the file. */
  readonly icons: ReadonlyMap<string, PictureAsset>;
}

/** Reads them from the build's folder and from where the config says. Throws HostError "assets". */
export function readPortalAssets({ logo, accentColor, applications }: PortalConfig): PortalAssets {
  const accent = accentColor === null ? "" : accentRules(parseColor(accentColor)!);
  const icons = applications.flatMap(({ icon }) => (icon === null ? [] : [icon]));
  return {
    stylesheet: asset("css", "text/css; charset=utf-8", Buffer.concat([built("css"), Buffer.from(accent)])),
    script: asset("js", "text/javascript; charset=utf-8", built("js")),
    ...(logo !== null && { logo: pictureAsset("logo", () => readLogo(logo)) }),
    icons: new Map(icons.map((file) => [file, pictureAsset("icon", () => readIcon(file))])),
  };
}

/** Each file once. */
export function assetsOf({ stylesheet, script, logo, icons }: PortalAssets): readonly Asset[] {
  const all: Asset[] = [stylesheet, script, ...(logo ? [logo] : []), ...icons.values()];
  return [...new Map(all.map((one) => [one.path, one])).values()];
}

function built(extension: string): Buffer<ArrayBuffer> {
  const file = installed("build", "portal", `portal.${extension}`);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HostError("assets", `cannot read the portal's ${file}: run npm run build`, { cause: error });
  }
}

function asset(extension: string, type: string, body: Buffer<ArrayBuffer>): Asset {
  const hash = sha256(body).toString("hex").slice(0, 16);
  return { path: `/assets/portal.${hash}.${extension}`, type, body };
}

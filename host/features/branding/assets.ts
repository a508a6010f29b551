// What a portal's pages load, under names that change with the content: the stylesheet and the script as esbuild made them, and
// the operator's pictures.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../../kit/errors.ts";
import { installed } from "../../kit/installation.ts";
import { Mistake } from "../../kit/yaml/schema.ts";
import { accentRules } from "./accent.ts";
import { parseColor } from "./color.ts";
import { type PortalConfig, readIcon, readLogo } from "./config.ts";
import type { Image } from "./image.ts";

export interface Asset {
  /** URL path. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer<ArrayBuffer>;
}

export interface Picture extends Asset {
  readonly width: number;
  readonly height: number;
}

export interface PortalAssets {
  readonly stylesheet: Asset;
  readonly script: Asset;
  readonly logo?: Picture;
  /** By the path of the file. */
  readonly icons: ReadonlyMap<string, Picture>;
}

/** Reads them from the build's folder and from where the config says. Throws HostError "assets". */
export function readPortalAssets(
  { logo, accentColor, applications }: PortalConfig,
  folder = installed("build", "portal"),
): PortalAssets {
  const accent = accentColor === null ? "" : accentRules(parseColor(accentColor)!);
  const icons = applications.flatMap(({ icon }) => (icon === null ? [] : [icon]));
  return {
    stylesheet: asset("css", "text/css; charset=utf-8", Buffer.concat([built(folder, "css"), Buffer.from(accent)])),
    script: asset("js", "text/javascript; charset=utf-8", built(folder, "js")),
    ...(logo !== null && { logo: picture("logo", () => readLogo(logo)) }),
    icons: new Map(icons.map((file) => [file, picture("icon", () => readIcon(file))])),
  };
}

/** Each file once. */
export function assetsOf({ stylesheet, script, logo, icons }: PortalAssets): readonly Asset[] {
  const all: Asset[] = [stylesheet, script, ...(logo ? [logo] : []), ...icons.values()];
  return [...new Map(all.map((one) => [one.path, one])).values()];
}

function built(folder: string, extension: string): Buffer<ArrayBuffer> {
  const file = join(folder, `portal.${extension}`);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HostError("assets", `cannot read the portal's ${file}: run npm run build`, { cause: error });
  }
}

function asset(extension: string, type: string, body: Buffer<ArrayBuffer>): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { path: `/assets/portal.${hash}.${extension}`, type, body };
}

/** The config was checked; a picture may have changed since. */
function picture(name: string, read: () => Image): Picture {
  try {
    const { type, extension, hash, body, width, height } = read();
    return { path: `/assets/${name}.${hash}.${extension}`, type, body, width, height };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw new HostError("assets", `the portal's ${name} ${error.message}`);
  }
}

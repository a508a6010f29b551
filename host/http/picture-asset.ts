// What a portal's pages load, served under names that change with the content; pictures of the operator's among them.
import type { Hono } from "hono";
import type { Picture } from "../../portal/pages/site.ts";
import { HostError } from "../kit/errors.ts";
import { Mistake } from "../kit/yaml/schema.ts";
import type { Environment } from "./environment.ts";
import type { Image } from "./image.ts";

export interface Asset {
  /** URL path. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer<ArrayBuffer>;
}

export interface PictureAsset extends Asset {
  readonly width: number;
  readonly height: number;
}

/** An SVG may hold a script; opened by itself, it must be a picture all the same. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** Reads a picture. The config was checked; the file may have changed since: throws HostError "assets". */
export function pictureAsset(name: string, read: () => Image): PictureAsset {
  try {
    const { type, extension, hash, body, width, height } = read();
    return { path: `/assets/${name}.${hash}.${extension}`, type, body, width, height };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw new HostError("assets", `the portal's ${name} ${error.message}`);
  }
}

export function mountAsset(app: Hono<Environment>, { path, type, body }: Asset): void {
  app.get(path, (c) => {
    if (type.startsWith("image/")) c.header("Content-Security-Policy", picturePolicy);
    return c.body(body, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" });
  });
}

/** As pages take it. */
export function shownPicture({ path, width, height }: PictureAsset): Picture {
  return { address: path, width, height };
}

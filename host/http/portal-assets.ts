// The portal's stylesheet and script, as esbuild made them, under names that change with their content.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../errors.ts";

export interface Asset {
  /** URL path. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

export interface PortalAssets {
  readonly stylesheet: Asset;
  readonly script: Asset;
}

/** Reads them from the build's folder. Throws HostError "assets". */
export function readPortalAssets(folder = join(import.meta.dirname, "..", "..", "build", "portal")): PortalAssets {
  return {
    stylesheet: readAsset(folder, "css", "text/css; charset=utf-8"),
    script: readAsset(folder, "js", "text/javascript; charset=utf-8"),
  };
}

function readAsset(folder: string, extension: string, type: string): Asset {
  const file = join(folder, `portal.${extension}`);
  let body: Buffer;
  try {
    body = readFileSync(file);
  } catch (error) {
    throw new HostError("assets", `cannot read the portal's ${file}: run npm run build`, { cause: error });
  }
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { path: `/assets/portal.${hash}.${extension}`, type, body };
}

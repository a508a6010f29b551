// The real applications that stand behind every proxy: JupyterLab, Radicale, and a client of CalDAV for it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Needed } from "./on-path.ts";
import { pythonPackages } from "./python-packages.ts";

/** The folder of their packages; fetched when there is none. */
export function applications(): Promise<Needed> {
  const requirements = readFileSync(join(import.meta.dirname, "python", "applications.txt"), "utf8");
  const version = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  return pythonPackages({ name: "JupyterLab and Radicale", version, requirements });
}

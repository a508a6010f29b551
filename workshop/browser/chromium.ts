// The browser of the tests: Debian's Chromium or another build of it, which looks for nothing outside this machine.
import { type Browser, chromium } from "playwright-core";
import { type Needed, onPath } from "../programs/needed.ts";

export const chromiumProgram: Needed = onPath("chromium", "chromium-browser", "google-chrome");

const quiet = [
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  ...["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"],
];

/** Chromium's own sandbox needs user namespaces, which containers and root seldom have. */
export function launchChromium(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, chromiumSandbox: false, args: quiet });
}

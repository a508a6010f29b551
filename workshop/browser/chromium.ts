// The browser of the tests: Debian's Chromium or another build of it, which looks for nothing outside this machine.
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { type Needed, onPath } from "../programs/on-path.ts";

export const chromiumProgram: Needed = onPath("chromium", "chromium-browser", "google-chrome");

const quiet = [
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  ...["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"],
];

/** Chromium's own sandbox needs user namespaces, which containers and root seldom have. */
const optionsFor = (path: string, more: readonly string[] = []) => ({
  executablePath: path,
  chromiumSandbox: false,
  args: [...quiet, ...more],
});

/** `more`: arguments of its command line. */
export function launchChromium(path: string, more?: readonly string[]): Promise<Browser> {
  return chromium.launch(optionsFor(path, more));
}

/** A browser with the profile in a folder: the user's settings are in its `Default/Preferences`. */
export function launchProfile(path: string, folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...optionsFor(path), ignoreHTTPSErrors: true });
}

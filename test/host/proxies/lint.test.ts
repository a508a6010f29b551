// What is written for each proxy, in each of its profiles: lint finds nothing in it, and nothing is left to be filled in.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { lintFile } from "../../../host/lint/lint.ts";
import { proxyConfiguration, proxyNamed, proxyNames } from "../../../host/proxies/proxies.ts";
import { temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { gate, image, profiles, siteText } from "./profiles.ts";

/** The files that others include, or that are no proxy's; Apache's are not read. */
/** The files that others include or mount, or that are no proxy's; Apache's are not read. */
const parts =
  /traefik\/traefik\.yml$|zerohop\.conf$|zerohop-(http|server|location|advanced|portal)\.conf$|subdomain\.conf$|\.lua$|\.spoe\.cfg$|dynamic\.yml$|\.json$/;

describe.each(Object.entries(profiles))("%s", (_, { wishes, config = siteText, refused = {} }) => {
  test.each(proxyNames)("%s", async (name) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, config), {});
    const { inCluster } = proxyNamed(name);
    const write = () =>
      proxyConfiguration(name, site, {
        ...{ command: "zerohop proxy", folder, gate, ...wishes },
        ...(inCluster && { image, gateway: name === "istio" ? "istio=ingressgateway" : "eg" }),
      });
    const refusal = refused[name];
    if (refusal) return expect(write).toThrow(refusal);
    const files = write();
    for (const { path, text, secret = false } of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: secret ? 0o600 : 0o644 });
      chmodSync(file, secret ? 0o600 : 0o644);
      expect(text).not.toMatch(/\bCHANGE\b|undefined|\[object|NaN/);
      expect([path, text.includes("zhe_")]).toEqual([path, secret]);
      expect(text).toMatch(/[^\n]\n$/);
      expect(text).not.toMatch(/[ \t]\n|\n\n\n/);
    }
    for (const { path } of files.filter(({ path }) => !parts.test(path)))
      expect(lintFile(join(folder, path)).findings).toEqual([]);
  });
});

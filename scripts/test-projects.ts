// The kinds of tests, each a project of vitest's. What a test needs decides its kind, and its name tells it: a suffix where it starts
// or kills processes or measures time, else its folder. CONTRIBUTING.md ("Tests") says which is for what.

export interface Project {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const elsewhere = ["test/**/*.{as,crash,timing}.test.ts"];
const suffixed = [...elsewhere, "test/**/*.real.test.ts"];
const withPrograms = ["test/{proxies,applications,attacks,browser,demo,bench,package}/**/*.test.ts"];
const kubernetes = ["test/kubernetes/**/*.test.ts"];
const contract = ["test/{gate,shells}/**/*.test.ts", "test/host/{http,gates,cli}/**/*.test.ts"];

/** In the order in which they run where all do; the first four run side by side. */
export const projects: readonly Project[] = [
  { name: "assembly", include: ["test/**/*.as.test.ts"], exclude: [] },
  { name: "unit", include: ["test/**/*.test.ts"], exclude: [...suffixed, ...withPrograms, ...kubernetes, ...contract] },
  { name: "contract", include: contract, exclude: suffixed },
  { name: "crash", include: ["test/**/*.crash.test.ts"], exclude: [] },
  { name: "real", include: [...withPrograms, "test/**/*.real.test.ts"], exclude: elsewhere },
  { name: "kubernetes", include: kubernetes, exclude: suffixed },
  { name: "timing", include: ["test/**/*.timing.test.ts"], exclude: [] },
];

/** Of the kind real: those that take half a minute and more, with the one that takes longest first (vitest.config.ts). */
export const longest: readonly string[] = [
  "test/browser/every-page.test.ts",
  "test/proxies/side-by-side/table.test.ts",
  "test/applications/applications.test.ts",
  "test/bench/benches.test.ts",
  "test/browser/portal.test.ts",
  "test/proxies/envoy/renewal.test.ts",
  "test/proxies/traefik/renewal.test.ts",
  "test/proxies/envoy/two-hosts.test.ts",
  "test/attacks/upgrade-tunnels.test.ts",
  "test/proxies/providers/oidc-provider.test.ts",
  "test/proxies/providers/keycloak.test.ts",
  "test/proxies/side-by-side/changed.test.ts",
  "test/proxies/visitors.test.ts",
  "test/proxies/traefik/life.test.ts",
  "test/browser/second-factors.test.ts",
  "test/package/getting-started.test.ts",
  "test/package/containers.test.ts",
];

/** What `npm test` knows by one name: unit tests are of both languages. */
export const kinds: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(projects.map(({ name }) => [name, [name]])),
  unit: ["unit", "assembly"],
};

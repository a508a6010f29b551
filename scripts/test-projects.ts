// The kinds of tests, each a project of vitest's. What a test needs decides its kind, and its name tells it: a suffix where it kills
// processes or measures time, else its folder. CONTRIBUTING.md ("Tests") says which is for what.

export interface Project {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const suffixed = ["test/**/*.{as,crash,timing}.test.ts"];
const real = ["test/{proxies,applications,attacks,browser,demo,bench,package}/**/*.test.ts"];
const kubernetes = ["test/kubernetes/**/*.test.ts"];
const contract = ["test/{gate,shells}/**/*.test.ts", "test/host/{http,gates,cli}/**/*.test.ts"];

/** In the order in which they run where all do; the first three run side by side. */
export const projects: readonly Project[] = [
  { name: "assembly", include: ["test/**/*.as.test.ts"], exclude: [] },
  { name: "unit", include: ["test/**/*.test.ts"], exclude: [...suffixed, ...real, ...kubernetes, ...contract] },
  { name: "contract", include: contract, exclude: suffixed },
  { name: "crash", include: ["test/**/*.crash.test.ts"], exclude: [] },
  { name: "real", include: real, exclude: suffixed },
  { name: "kubernetes", include: kubernetes, exclude: suffixed },
  { name: "timing", include: ["test/**/*.timing.test.ts"], exclude: [] },
];

/** What `npm test` knows by one name: unit tests are of both languages. */
export const kinds: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(projects.map(({ name }) => [name, [name]])),
  unit: ["unit", "assembly"],
};

// `npm run chart -- IMAGE DIGEST [FOLDER]`: packages the Helm chart, by the `helm` on PATH, into artefacts/release or another folder. A release's
// chart runs the image of that release, which it names by its digest.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../host/kit/installation.ts";

const root = join(import.meta.dirname, "..");
const [image = "", digest = "", folder = join(root, "artefacts", "release")] = process.argv.slice(2);
if (!/^[\w./:-]+\/[\w./-]+$/.test(image) || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
  console.error("usage: npm run chart -- REGISTRY/IMAGE sha256:DIGEST [FOLDER]");
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "zerohop-chart-"));
const chart = join(work, "zerohop");
cpSync(join(root, "deploy", "helm", "zerohop"), chart, { recursive: true });
const values = join(chart, "values.yaml");
const written = readFileSync(values, "utf8");
const filled = written.replace(
  /^image:\n {2}#.*\n {2}repository: \S+\n([\s\S]*?)\n {2}digest: ""$/m,
  (_, between: string) =>
    `image:\n  # The image of the release that the chart is of.\n  repository: ${image}\n${between}\n  digest: "${digest}"`,
);
if (filled === written) throw new Error(`${values} does not have image.repository and image.digest where they were`);
writeFileSync(values, filled);

const { status, error } = spawnSync("helm", ["package", chart, "--destination", work], { stdio: "inherit" });
if (error) console.error(`helm cannot be run: ${error.message}`);
if (status !== 0) process.exit(status ?? 1);
mkdirSync(folder, { recursive: true });
// helm calls it as npm calls the package.
const archive = join(folder, `zerohop-chart-${version()}.tgz`);
cpSync(join(work, `zerohop-${version()}.tgz`), archive);
rmSync(work, { recursive: true });
console.log(`the chart is ${archive}`);

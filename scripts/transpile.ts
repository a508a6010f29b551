// Writes the host and the pages as the npm package has them, into dist/: JavaScript, for Node strips no types below node_modules. Each
// file stays a file of its own: a command loads what it needs, a thread is named by its path, and a stack trace tells the place.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transform } from "esbuild";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** A specifier of a module of ours, in an import, an export or the URL of a thread's file. */
const specifier = /(\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(["'`])(\.{1,2}\/.*?)\.ts\2/g;
const leftOver = /["'`]\.{1,2}\/[^"'`\n]*\.ts["'`]/;

rmSync(dist, { recursive: true, force: true });
await Promise.all(
  globSync(["host/**/*.ts", "portal/{languages,pages,mails}/**/*.ts"], { cwd: root }).map(async (file) => {
    const source = readFileSync(join(root, file), "utf8");
    const { code } = await transform(source, { loader: "ts", format: "esm", target: "node24", sourcefile: file });
    const script = code.replaceAll(specifier, "$1$2$3.js$2");
    if (leftOver.test(script))
      throw new Error(`${file} names a module in a way that scripts/transpile.ts does not know`);
    write(file.replace(/\.ts$/, ".js"), script);
  }),
);
for (const file of globSync("host/**/*.{js,json}", { cwd: root })) {
  mkdirSync(join(dist, dirname(file)), { recursive: true });
  cpSync(join(root, file), join(dist, file));
}

function write(file: string, text: string): void {
  mkdirSync(join(dist, dirname(file)), { recursive: true });
  writeFileSync(join(dist, file), text);
}

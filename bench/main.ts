// `npm run bench -- NAME [options]`: runs one of the benchmarks beside this file, each a module that exports `run`.
import { readdirSync } from "node:fs";

const [name, ...args] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.slice(0, -".ts".length));

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join(" | ")} [options]`);
  process.exit(2);
}
const { run } = (await import(`./${name}.ts`)) as { run(args: readonly string[]): Promise<void> };
try {
  await run(args);
} catch (error) {
  console.error(`bench ${name}: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

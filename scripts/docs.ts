// Writes what is made from sources: the reference of the configuration, its JSON schema for editors, the requests of the API's
// description, the proxies' configurations in deploy/, and what the Helm chart's values may be. With --check it writes nothing, and fails
// where a file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema } from "./docs/config-schema.ts";
import { readConfigTexts } from "./docs/config-texts.ts";
import { configurationDocument } from "./docs/configuration.ts";
import { deployedFiles } from "./docs/deploy.ts";
import { helmValuesSchema } from "./docs/helm-values.ts";
import { openApiDocument } from "./docs/openapi.ts";

const root = join(import.meta.dirname, "..");
const texts = readConfigTexts();
const configSchema = configJsonSchema(texts);
const files: Readonly<Record<string, string>> = {
  "docs/configuration.md": configurationDocument(texts),
  "docs/zerohop.schema.json": configSchema,
  "deploy/helm/zerohop/values.schema.json": helmValuesSchema(configSchema),
  ...deployedFiles(),
  "docs/openapi.yaml": openApiDocument(readFileSync(join(root, "docs/openapi.yaml"), "utf8")),
};

for (const [file, text] of Object.entries(files)) {
  if (read(file) === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${file} is not what its sources say: run npm run docs`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(root, file), text);
    console.error(`wrote ${file}`);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return undefined;
  }
}

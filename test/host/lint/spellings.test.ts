// Each test writes a clean configuration in another way that is as good, and expects that nothing is found.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { lintFile } from "../support/lint-file.ts";
import { configurations } from "./holes/hole.ts";
import { caddySpellings } from "./spellings/caddy.ts";
import { composeSpellings, kubernetesSpellings } from "./spellings/compose.ts";
import { envoySpellings } from "./spellings/envoy.ts";
import { haproxySpellings } from "./spellings/haproxy.ts";
import { nginxSpellings } from "./spellings/nginx.ts";
import type { Spelling } from "./spellings/spelling.ts";
import { traefikSpellings } from "./spellings/traefik.ts";

const spellings: readonly Spelling[] = [
  ...envoySpellings,
  ...haproxySpellings,
  ...caddySpellings,
  ...nginxSpellings,
  ...traefikSpellings,
  ...composeSpellings,
  ...kubernetesSpellings,
];

describe("zerohop lint finds nothing where", () => {
  test.each(spellings)("$what ($config)", ({ config, file, edit }) => {
    const [source, main] = configurations[config];
    const folder = temporaryFolder();
    cpSync(source, folder, { recursive: true });
    const edited = join(folder, file ?? main);
    const text = readFileSync(edited, "utf8");
    const written = text.replace(edit[0], edit[1]);
    expect(written).not.toBe(text);
    writeFileSync(edited, written);
    expect(lintFile(join(folder, main)).findings).toEqual([]);
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { readConfig } from "../../../host/app/reload/read-config.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";

test("a policy of ten thousand rules is read beside the event loop: an edit must not keep everybody waiting", async () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => `    - domain: app${i}.example.com\n      policy: deny\n`);
  const file = join(temporaryFolder(), "config.yml");
  writeFileSync(file, configText.replace("  rules:\n", `  rules:\n${rules.join("")}`));
  const costOf = async (read: () => unknown) => {
    const before = process.threadCpuUsage();
    await read();
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  };
  const direct = await costOf(() => loadConfig(file, {}));
  const source = { names: [file], environment: {}, more: {} };
  expect((await costOf(() => readConfig(source))) / direct).toBeLessThan(0.25);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { readConfig, saidBy } from "../../../host/app/reload/read-config.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { fetchBundle, mint } from "../support/edge.ts";

const rules = (count: number) =>
  Array.from({ length: count }, (_, i) => `    - domain: app${i}.example.com\n      policy: one_factor\n`).join("");
/** So long that it is read in a thread. */
const long = configText.replace("  rules:\n", `  rules:\n${rules(1000)}`);

function sourceOf(text: string, environment: Record<string, string> = {}) {
  const file = join(temporaryFolder(), "config.yml");
  writeFileSync(file, text);
  return { names: [file], environment, more: {} };
}

test.each([
  ["a short config", configText],
  ["a long one", long],
])("%s says the same however it is read", async (_, text) => {
  expect(text.length > 32 * 1024).toBe(text === long);
  const environment = { ZEROHOP_LOG_LEVEL: "debug" };
  const { names, more } = sourceOf(text);
  const read = await readConfig({ names, environment, more });
  expect(read).toEqual(saidBy(loadConfig(names, environment)));
  expect(read.logLevel).toBe("debug");
});

test("every mistake of a long one comes with its place", async () => {
  const { names, environment, more } = sourceOf(long.replace("policy: two_factor", "policy: three_factor"));
  const reading = readConfig({ names, environment, more });
  await expect(reading).rejects.toThrow(/config\.yml:2024:15: access_control\.rules\[1002\]\.policy: /);
  let message = "";
  try {
    loadConfig(names, environment);
  } catch (error) {
    message = (error as Error).message;
  }
  await expect(reading).rejects.toThrow(message);
});

test("of many changes of a long one that come while it is read, the last is in force", async () => {
  const host = await startHost({ text: long });
  const token = await mint(host);
  for (const policy of ["bypass", "two_factor", "deny"]) {
    writeFileSync(host.file, long.replaceAll("policy: one_factor", `policy: ${policy}`));
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
  const policyOf = async () => {
    const { payload } = await fetchBundle(host, token);
    return (payload.policy as { rules: { policy: string }[] }).rules[0]!.policy;
  };
  await vi.waitFor(async () => expect(await policyOf()).toBe("deny"), { timeout: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await policyOf()).toBe("deny");
});

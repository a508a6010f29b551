import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { ask, payloadOf } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { serve } from "../../../workshop/host/serve.ts";

test("the configuration of a running host may be a folder: a file that comes is taken over, and one that goes", async () => {
  const conf = join(temporaryFolder(), "conf");
  mkdirSync(conf);
  await writeConfig(conf);
  renameSync(join(conf, "config.yml"), join(conf, "10-config.yml"));
  renameSync(join(conf, "users.yml"), join(conf, "users"));
  writeFileSync(join(conf, "10-config.yml"), configText.replace("path: users.yml", "path: users"));
  const { url } = await serve(conf);
  const token = JSON.parse((await zerohop(["gate", "config", "--config", conf])).stdout).edge_token;
  const headers = { authorization: `Bearer ${token}` };
  const defaultPolicy = async () => {
    const { body } = await ask(`${url}/api/edge/bundle`, { headers });
    return (payloadOf(body).policy as { default_policy: string }).default_policy;
  };
  expect(await defaultPolicy()).toBe("deny");
  writeFileSync(join(conf, "20-more.yml"), "access_control: { default_policy: two_factor }\n");
  await expect.poll(defaultPolicy).toBe("two_factor");
  writeFileSync(join(conf, "20-more.yml"), "access_control: { default_policy: one_factor }\n");
  await expect.poll(defaultPolicy).toBe("one_factor");
  rmSync(join(conf, "20-more.yml"));
  await expect.poll(defaultPolicy).toBe("deny");
});

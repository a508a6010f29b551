// How much of the machine's memory a host takes that waits for its first request.
import { expect, test } from "vitest";
import { residentBytes } from "../../../bench/measure/memory.ts";
import { Site } from "../../../workshop/proxies/site.ts";

/** Node alone has 45, and 55 with its HTTP server; the host has 91. MiB. */
const most = 100;

test.skipIf(process.platform !== "linux")("an idle host holds less than 100 MiB", async () => {
  await using site = new Site();
  await site.prepare({ application: 9 });
  site.startHost();
  await site.hostListens();
  await expect.poll(() => residentBytes(site.host.pid) / 2 ** 20).toBeLessThan(most);
});

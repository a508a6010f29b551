import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../../../../workshop/programs/needed.ts";
import { slapdProgram, startSlapd } from "../../../../workshop/servers/slapd.ts";
import { openDirectory } from "../../support/directory.ts";
import { interleaved, median } from "../../support/timing.ts";

describeWith(slapdProgram, "a directory", () => {
  let slapd: Awaited<ReturnType<typeof startSlapd>>;
  beforeAll(async () => {
    slapd = await startSlapd();
  });
  afterAll(() => slapd?.end());

  // Retried, for the load of the machine may change under it; without the pacing the one takes a tenth of the other.
  test("takes as long for somebody unknown as for a wrong password", { retry: 3 }, async () => {
    const { directory } = openDirectory({ address: `ldap://127.0.0.1:${slapd.port}` });
    const times = await interleaved(
      110,
      () => directory.verify("alice", "wrong"),
      () => directory.verify("mallory", "wrong"),
    );
    // The first ones have nothing to be compared with, and warm up the code.
    const [known, unknown] = times.map((all) => median(all.slice(10))) as [number, number];
    expect(Math.abs(known - unknown) / known).toBeLessThan(0.2);
  });
});

// The gate's image, fetched by the code by which Istio's proxies fetch it (`oci://`), from a registry.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ImageStore } from "../../workshop/containers/image.ts";
import { temporaryFolder } from "../../workshop/host/files.ts";
import { isBuildWanted } from "../../workshop/programs/go-program.ts";
import { kubernetesProgram, together } from "../../workshop/programs/kubernetes.ts";
import { buildah, describeWith } from "../../workshop/programs/needed.ts";
import { gateFile } from "../gate/gate.ts";

const run = promisify(execFile);
const programs = {
  fetcher: await kubernetesProgram("imageFetcher"),
  buildah: { ...buildah(), isOptional: !isBuildWanted },
};

describeWith(together(programs), "the gate's image", (fetcher) => {
  test.each(["oci", "v2s2"] as const)(
    "in the format %s is one that Istio fetches the gate from",
    { timeout: 120_000 },
    async (format) => {
      const folder = temporaryFolder();
      const store = new ImageStore(programs.buildah.path!, folder);
      onTestFinished(() => store.remove());
      await store.buildGate();
      const module = join(folder, "module.wasm");
      await run(fetcher, [module, ...store.pushing("localhost/zerohop-gate", format)]);
      expect(readFileSync(module).equals(readFileSync(gateFile))).toBe(true);
    },
  );
});

// The real helm, with the shipped chart.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubernetesObject, objectsIn } from "./objects.ts";

export const chart = join(import.meta.dirname, "..", "..", "deploy", "helm", "zerohop");

export interface Helmed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm in a home of its own, against the cluster of `kubeconfig` where there is one. */
export function helm(program: string, args: readonly string[], kubeconfig = "/dev/null", input = ""): Helmed {
  const home = mkdtempSync(join(tmpdir(), "zerohop-helm-"));
  const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig };
  const { status, stdout, stderr } = spawnSync(program, args, { env, input, encoding: "utf8", maxBuffer: 1 << 26 });
  rmSync(home, { recursive: true, force: true });
  return { code: status, stdout, stderr };
}

/** The chart's objects in the namespace `zerohop` with these options. Throws with what helm says. */
export function render(program: string, options: readonly string[], release = "zerohop"): KubernetesObject[] {
  const { code, stdout, stderr } = helm(program, ["template", release, chart, "--namespace", "zerohop", ...options]);
  if (code !== 0) throw new Error(stderr.trim());
  return objectsIn(stdout);
}

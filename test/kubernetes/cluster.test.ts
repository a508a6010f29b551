// The Helm chart in a real API server: every object of every variant is held to what Kubernetes and the custom resources' own definitions
// say, and the chart is installed, changed, upgraded and rolled back by the real helm.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../workshop/kubernetes/cluster.ts";
import { chart, render } from "../../workshop/kubernetes/helm.ts";
import { objectsIn } from "../../workshop/kubernetes/objects.ts";
import { customResources, etcd, kubernetesProgram, together } from "../../workshop/programs/kubernetes.ts";
import { describeWith } from "../../workshop/programs/needed.ts";

const variants = readdirSync(join(chart, "ci")).map((file) => file.replace("-values.yaml", ""));
const valuesOf = (variant: string) => ["--values", join(chart, "ci", `${variant}-values.yaml`)];
const programs = { etcd, apiServer: await kubernetesProgram("apiServer"), helm: await kubernetesProgram("helm") };

describeWith(together(programs), "the chart in Kubernetes", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start({ etcd: etcd.path!, apiServer: programs.apiServer.path!, helm: programs.helm.path! });
    await cluster.define(...Object.values(await customResources()).flat());
    await cluster.createNamespaces("zerohop", "istio-ingress", "gateways");
  });

  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test.each(variants)("every object of %s is what the server takes", async (variant) => {
    const objects = render(programs.helm.path!, valuesOf(variant));
    for (const object of objects)
      expect(await cluster.apply(object, { dryRun: true })).toMatchObject({ kind: object.kind });
  });

  test.each(["istio/wasm-plugin.yaml", "envoy-gateway/envoy-extension-policy.yaml"])(
    "so is what zerohop proxy writes: deploy/%s",
    async (file) => {
      for (const object of objectsIn(readFileSync(join(chart, "..", "..", file), "utf8")))
        expect(await cluster.apply(object, { dryRun: true })).toMatchObject({ kind: object.kind });
    },
  );

  test.each([
    ["StatefulSet", (spec: Record<string, unknown>) => ({ ...spec, replica: 1 })],
    ["NetworkPolicy", (spec: Record<string, unknown>) => ({ ...spec, policyTypes: ["In"] })],
    ["WasmPlugin", (spec: Record<string, unknown>) => ({ ...spec, failStrategie: "FAIL_RELOAD" })],
    ["WasmPlugin", (spec: Record<string, unknown>) => ({ ...spec, failStrategy: "FAIL" })],
    ["EnvoyFilter", (spec: Record<string, unknown>) => ({ ...spec, configPatch: [] })],
  ])("a %s that is not what it should be is refused", async (kind, spoil) => {
    const object = render(programs.helm.path!, valuesOf("istio-sqlite")).find((one) => one.kind === kind);
    await expect(cluster.apply({ ...object, spec: spoil(object.spec) }, { dryRun: true })).rejects.toThrow(kind);
  });

  test.each([
    ["EnvoyExtensionPolicy", (spec: Record<string, unknown>) => ({ ...spec, wasm: [{ code: { type: "HTTP" } }] })],
    [
      "HTTPRoute",
      (spec: Record<string, unknown>) => ({ ...spec, rules: [{ timeouts: { request: "half a minute" } }] }),
    ],
  ])("so is a %s", async (kind, spoil) => {
    const object = render(programs.helm.path!, valuesOf("envoy-gateway-postgres")).find((one) => one.kind === kind);
    await expect(cluster.apply({ ...object, spec: spoil(object.spec) }, { dryRun: true })).rejects.toThrow(kind);
  });

  test("helm installs it, changes it, upgrades it and goes back, and hosts of two releases are never at one database", async () => {
    const values = [...valuesOf("istio-postgres"), "--namespace", "zerohop", "--no-hooks"];
    const strategy = async () => (await cluster.get("apps/v1", "Deployment", "zerohop", "zerohop")).spec.strategy.type;
    cluster.helm("install", "zerohop", chart, ...values);
    expect(await strategy()).toBe("Recreate");
    cluster.helm("upgrade", "zerohop", chart, ...values, "--set", "config.session.inactivity=10m");
    expect(await strategy()).toBe("RollingUpdate");
    const { data } = await cluster.get("v1", "ConfigMap", "zerohop", "zerohop");
    expect(data["zerohop.yml"]).toContain("inactivity: 10m");
    cluster.helm("upgrade", "zerohop", chart, ...values, "--set", "image.tag=9.9.9");
    const { spec } = await cluster.get("apps/v1", "Deployment", "zerohop", "zerohop");
    expect([spec.strategy.type, spec.template.spec.containers[0].image]).toEqual([
      ...["Recreate", "registry.example.com/zerohop/zerohop:9.9.9"],
    ]);
    cluster.helm("rollback", "zerohop", "1", "--namespace", "zerohop", "--no-hooks");
    expect(await strategy()).toBe("Recreate");
    cluster.helm("uninstall", "zerohop", "--namespace", "zerohop", "--no-hooks");
    await expect(cluster.get("policy/v1", "PodDisruptionBudget", "zerohop", "zerohop")).rejects.toThrow("not found");
  });
});

// The Helm chart as the real helm renders it: each of the shipped variants, what of it depends on what, and what helm refuses.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../host/app/config/load.ts";
import { version } from "../../host/kit/installation.ts";
import { proxyConfiguration } from "../../host/proxies/proxies.ts";
import { misleadingHeaders, othersHeaders } from "../../host/proxies/request-headers.ts";
import { tlsFiles } from "../../workshop/certificates/tls-files.ts";
import { zerohop } from "../../workshop/host/program.ts";
import { demoPeople, usersFile } from "../../workshop/host/users.ts";
import { chart, helm, render } from "../../workshop/kubernetes/helm.ts";
import { type KubernetesObject, objectOf, objectsIn } from "../../workshop/kubernetes/objects.ts";
import { type Contents, layOut } from "../../workshop/kubernetes/pod.ts";
import { kubernetesProgram } from "../../workshop/programs/kubernetes.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { gateFile, startWith } from "../gate/gate.ts";
import { lintFile } from "../host/support/lint-file.ts";

const folder = mkdtempSync(join(tmpdir(), "zerohop-chart-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const variants = readdirSync(join(chart, "ci")).map((file) => file.replace("-values.yaml", ""));
const valuesOf = (variant: string) => ["--values", join(chart, "ci", `${variant}-values.yaml`)];

const hardened = ["EnvoyFilter", "WasmPlugin"];
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  "istio-sqlite": ["StatefulSet", "VirtualService", ...hardened],
  "istio-postgres": ["Deployment", "PodDisruptionBudget", "ServiceMonitor", "HTTPRoute", ...hardened],
  "istio-tls": ["StatefulSet", "ServiceMonitor", "VirtualService", "DestinationRule"],
  "envoy-gateway-postgres": [
    ...["Deployment", "PodDisruptionBudget", "HTTPRoute", "HTTPRouteFilter"],
    ...["EnvoyExtensionPolicy", "ClientTrafficPolicy"],
  ],
  "envoy-gateway-sqlite": [
    ...["StatefulSet", "HTTPRoute", "HTTPRouteFilter", "BackendTLSPolicy", "EnvoyExtensionPolicy"],
  ],
  "forward-auth": ["StatefulSet"],
};

/** What the variants' Secrets, and ConfigMaps of others, hold. */
async function contents(): Promise<Contents> {
  const tls = await tlsFiles(join(folder, "tls"), "example.com");
  const pem = (file: string) => readFileSync(file, "utf8");
  const secret = "a secret that is long enough for everything";
  return {
    zerohop: { "encryption-key": `${secret}\n`, "metrics-token": "Zq8vN3tYwR5xK1mB7pD0sG4h", "smtp-password": secret },
    "zerohop-users": { "users.yml": await usersFile(demoPeople) },
    "zerohop-postgres": { password: secret },
    "zerohop-ldap": { password: secret },
    "zerohop-company": { "client-secret": secret },
    "zerohop-tls": { "tls.crt": pem(tls.certificate), "tls.key": pem(tls.key) },
    "ldap-authorities": { "ca.crt": pem(tls.authority) },
  };
}

const given = await contents();
const workload = (objects: readonly KubernetesObject[]) =>
  objects.find(({ kind }) => kind === "StatefulSet" || kind === "Deployment");

describeWith(await kubernetesProgram("helm"), "the chart", (program) => {
  const rendered = (variant: string, ...options: readonly string[]) =>
    render(program, [...valuesOf(variant), ...options]);

  test("has a variant for each of these tests, and more than five", () => {
    expect(variants.toSorted()).toEqual(Object.keys(kindsOf).toSorted());
    expect(variants.length).toBeGreaterThan(5);
  });

  test("of a release is one archive, which runs the release's image by its digest", () => {
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    const script = join(import.meta.dirname, "../../scripts/chart.ts");
    const env = { ...process.env, PATH: `${dirname(program)}:${process.env.PATH}` };
    execFileSync(process.execPath, [script, "ghcr.io/owner/zerohop", digest, folder], { env });
    const archive = join(folder, `zerohop-chart-${version()}.tgz`);
    expect(helm(program, ["lint", archive, ...valuesOf("istio-sqlite")]).code).toBe(0);
    const { stdout } = helm(program, ["template", "zerohop", archive, ...valuesOf("istio-sqlite")]);
    const pod = JSON.stringify(workload(objectsIn(stdout)));
    expect(pod).toContain(`"image":"ghcr.io/owner/zerohop:${version()}@${digest}"`);
  });

  describe.each(variants)("%s", (variant) => {
    const objects = rendered(variant);

    test("consists of what it promises, each under the release's labels", () => {
      const always = ["ConfigMap", "Service", "NetworkPolicy"];
      const checked = variant === "forward-auth" ? [] : ["ConfigMap", "Job"];
      const account = variant === "forward-auth" ? [] : ["ServiceAccount"];
      expect(objects.map(({ kind }) => kind).sort()).toEqual(
        [...always, ...checked, ...account, ...kindsOf[variant]!].sort(),
      );
      for (const { metadata } of objects)
        expect(metadata).toMatchObject({
          namespace: expect.any(String),
          labels: { "app.kubernetes.io/name": "zerohop", "app.kubernetes.io/instance": "zerohop" },
        });
    });

    test("has no secret in any object", () => {
      const text = JSON.stringify(objects);
      for (const value of Object.values(given).flatMap((one) => Object.values(one)))
        expect(text).not.toContain(value.trim());
    });

    test("has a configuration that the host's own check takes, in the pod and in the job before it", async () => {
      const jobs = objects.filter(({ kind }) => kind === "Job");
      for (const { kind, spec } of [workload(objects), ...jobs]) {
        const there = mkdtempSync(join(folder, "pod-"));
        const { args, environment } = layOut(
          spec.template.spec,
          spec.template.spec.containers[0],
          objects,
          given,
          there,
        );
        expect(args[0]).toBe(kind === "Job" ? "check" : "serve");
        const users = variant === "envoy-gateway-sqlite" && kind !== "Job";
        if (users) copyOfUsers(objects, there);
        const { code, stderr, stdout } = await zerohop(["check", ...args.slice(1)], { environment });
        expect([kind, code, code === 0 ? "" : stderr + stdout]).toEqual([kind, 0, ""]);
      }
    });

    test("runs the host without a right that it does not need", () => {
      const { spec } = workload(objects).spec.template;
      expect(spec).toMatchObject({
        ...{ automountServiceAccountToken: false, enableServiceLinks: false },
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      });
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
        expect(container.securityContext).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        });
    });

    test("lets nobody to the host but the gateway, and who was named besides", () => {
      const { spec } = objectOf(objects, "NetworkPolicy");
      expect(spec.policyTypes).toContain("Ingress");
      expect(spec.ingress).toHaveLength(1);
      const namespaces = spec.ingress[0].from.map(
        (peer: KubernetesObject) => peer.namespaceSelector.matchLabels["kubernetes.io/metadata.name"],
      );
      const gateway = { istio: "istio-ingress", envoy: "envoy-gateway-system", forward: "ingress-nginx" };
      const monitoring = variant === "istio-postgres" ? ["monitoring"] : [];
      expect(namespaces).toEqual([gateway[variant.split("-")[0] as keyof typeof gateway], ...monitoring]);
    });
  });

  test("the job before it stops at a mistake that no schema sees, and says where it is", async () => {
    const portal = ["--set", "config.session.cookies[0].domain=example.com"];
    const objects = rendered(
      "istio-sqlite",
      ...portal,
      "--set",
      "config.session.cookies[0].portal_url=https://auth.example.org",
    );
    const { spec } = objectOf(objects, "Job").spec.template;
    const there = mkdtempSync(join(folder, "job-"));
    const { args, environment } = layOut(spec, spec.containers[0], objects, given, there);
    const { code, stderr } = await zerohop(args, { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/zerohop\.yml:\d+:\d+: session\.cookies\[0\]\.portal_url: /);
  });

  function copyOfUsers(objects: readonly KubernetesObject[], there: string): void {
    const { spec } = workload(objects).spec.template;
    const { command, args } = layOut(spec, spec.initContainers[0], objects, given, there);
    expect(command).toEqual(["node", "-e"]);
    const copy = () => new Function("require", args[0]!)((name: string) => process.getBuiltinModule(name));
    copy();
    // Once people have changed their passwords in it, nothing of the Secret's comes back.
    copy();
  }

  describe("a gate", () => {
    const plugins: Readonly<Record<string, (objects: readonly KubernetesObject[]) => KubernetesObject>> = {
      istio: (objects) => objectOf(objects, "WasmPlugin").spec.pluginConfig,
      "envoy-gateway": (objects) => objectOf(objects, "EnvoyExtensionPolicy").spec.wasm[0].config,
    };

    test.each([
      ["istio", "istio-sqlite"],
      ["istio", "istio-postgres"],
      ["envoy-gateway", "envoy-gateway-postgres"],
      ["envoy-gateway", "envoy-gateway-sqlite"],
    ])("of %s takes its configuration from %s, and its edge token from the gateway's environment", (kind, variant) => {
      const configuration = plugins[kind]!(rendered(variant));
      expect(configuration).not.toHaveProperty("edge_token");
      const gate = startWith(configuration, {
        ...{ filter: gateFile, clusters: [configuration.host_cluster] },
        environment: { ZEROHOP_EDGE_TOKEN: "zhe_from-the-environment" },
      });
      gate.advance(200);
      expect(gate.log).toEqual([]);
      expect(gate.calls.oldest.headers.get("authorization")).toBe("Bearer zhe_from-the-environment");
    });

    test("is told what the configuration says of gates, as zerohop gate config tells it", async () => {
      const options = [
        "access_log=all",
        "cache_megabytes=64",
        "drop_session_set_cookie=true",
        "trusted_proxies={10.0.0.0/8}",
      ];
      const objects = rendered("istio-sqlite", ...options.flatMap((one) => ["--set", `config.gate.${one}`]));
      const there = mkdtempSync(join(folder, "gate-"));
      const { spec } = workload(objects).spec.template;
      const { args, environment } = layOut(spec, spec.containers[0], objects, given, there);
      const { stdout } = await zerohop(["gate", "config", "--cluster", "c", ...args.slice(1)], { environment });
      const { root_keys: _, edge_token: __, ...printed } = JSON.parse(stdout);
      const { root_keys: ___, edge_token_variable: ____, ...configuration } = plugins.istio!(objects);
      expect({ ...configuration, host_cluster: "c" }).toEqual(printed);
    });

    test("fails closed, and sees one variable of the gateway's", () => {
      const plugin = objectOf(rendered("istio-sqlite"), "WasmPlugin").spec;
      expect([plugin.failStrategy, plugin.phase]).toEqual(["FAIL_RELOAD", "AUTHN"]);
      expect(plugin.vmConfig).toEqual({ env: [{ name: "ZEROHOP_EDGE_TOKEN", valueFrom: "HOST" }] });
      const [wasm] = objectOf(rendered("envoy-gateway-postgres"), "EnvoyExtensionPolicy").spec.wasm;
      expect([wasm.failOpen, wasm.env]).toEqual([false, { hostKeys: ["ZEROHOP_EDGE_TOKEN"] }]);
    });

    test.each([
      ["file:///etc/zerohop/gate.wasm", "file:///etc/zerohop/gate.wasm"],
      ["oci://registry.example.com/gate", "oci://registry.example.com/gate"],
      ["registry.example.com:5000/gate:1", "oci://registry.example.com:5000/gate:1"],
    ])("comes to Istio from %s", (image, url) => {
      const objects = rendered("istio-sqlite", "--set", `gate.image=${image}@sha256:${"a".repeat(64)}`);
      expect(objectOf(objects, "WasmPlugin").spec).toMatchObject({ url, sha256: "a".repeat(64) });
    });

    test.each(["istio-sqlite", "istio-postgres", "envoy-gateway-postgres", "envoy-gateway-sqlite"])(
      "of %s has nothing that zerohop lint finds",
      (variant) => {
        const { code, stdout } = helm(program, ["template", "zerohop", chart, ...valuesOf(variant)]);
        const file = join(mkdtempSync(join(folder, "lint-")), "objects.yaml");
        writeFileSync(file, stdout);
        expect([code, lintFile(file).findings]).toEqual([0, []]);
      },
    );

    test("stands behind the removal of what zerohop proxy removes", () => {
      const filter = objectOf(rendered("istio-sqlite"), "EnvoyFilter").spec.configPatches[0].patch.value.typed_config;
      const [{ typed_config: mutation }] = filter.early_header_mutation_extensions;
      const removed = mutation.mutations.map(({ remove }: { remove: string }) => remove);
      const { headers } = objectOf(rendered("envoy-gateway-postgres"), "ClientTrafficPolicy").spec;
      const expected = [...misleadingHeaders, ...othersHeaders([]), "HTTP2-Settings"].toSorted();
      expect(headers.earlyRequestHeaders.remove).toEqual(expected);
      expect(removed).toEqual(expected.map((name) => name.toLowerCase()));
      expect([
        filter.common_http_protocol_options.headers_with_underscores_action,
        headers.withUnderscoresAction,
      ]).toEqual([...["DROP_HEADER", "DropHeader"]]);
    });

    test("leaves what the applications of a cookie domain are told in to the gate", () => {
      const objects = rendered("envoy-gateway-sqlite", "--set", "gate.hardenGateway=true");
      const { remove } = objectOf(objects, "ClientTrafficPolicy").spec.headers.earlyRequestHeaders;
      expect(remove).not.toContain("X-Forwarded-User");
      expect(remove).toContain("X-Forwarded-Groups");
    });

    test.each([
      ["istio", "istio-sqlite", { gateway: "istio=ingressgateway", namespace: "istio-ingress" }],
      ["envoy-gateway", "envoy-gateway-postgres", { gateway: "eg", namespace: "gateways", route: "zerohop/zerohop" }],
    ] as const)(
      "of %s is what zerohop proxy writes, but for where the edge token is",
      async (name, variant, wishes) => {
        const objects = rendered(variant);
        const { data } = objectOf(objects, "ConfigMap", "zerohop");
        const there = mkdtempSync(join(folder, "site-"));
        const texts = Object.entries<string>(data).map(([file, text]) => {
          // What only the pod has does not count here.
          const plain = { ...parse(text), authentication_backend: undefined };
          const path = join(there, file);
          writeFileSync(
            path,
            stringify({ ...plain, ...(plain.session && { authentication_backend: { file: { path: "users.yml" } } }) }),
          );
          return path;
        });
        writeFileSync(join(there, "users.yml"), given["zerohop-users"]!["users.yml"]!);
        const secrets = {
          ZEROHOP_STORAGE_ENCRYPTION_KEY: "a key that is long enough",
          ...(variant === "envoy-gateway-postgres" && { ZEROHOP_STORAGE_POSTGRES_PASSWORD: "secret" }),
        };
        const { config } = loadConfig(texts, secrets);
        const files = proxyConfiguration(name, config, {
          ...{ command: "", folder: "/etc/gate", ...wishes },
          hosts: ["http://zerohop.zerohop.svc.cluster.local:9091"],
          image: `registry.example.com/zerohop/gate:0.1.0@sha256:${"0".repeat(64)}`,
          gate: { rootKeys: [{ kid: "root", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }], edgeToken: "zhe_x" },
        });
        const written = objectsIn(files[0]!.text);
        for (const { kind, spec } of written) {
          const own = objectOf(objects, kind).spec;
          const config = plugins[name]!(objects);
          expect({ ...config, edge_token: "zhe_x", edge_token_variable: undefined }).toEqual(plugins[name]!(written));
          if (kind === "WasmPlugin")
            expect({ ...own, pluginConfig: 0, vmConfig: 0 }).toEqual({ ...spec, pluginConfig: 0, vmConfig: 0 });
          else if (kind === "EnvoyExtensionPolicy")
            expect({ ...own, wasm: [{ ...own.wasm[0], config: 0, env: 0 }] }).toEqual({
              ...{ ...spec, wasm: [{ ...spec.wasm[0], config: 0, env: 0 }] },
            });
          else expect(own).toEqual(spec);
        }
      },
    );
  });

  test("a change of the policy leaves the pods as they are, every other one replaces them", () => {
    const podsOf = (...options: readonly string[]) => workload(rendered("istio-sqlite", ...options)).spec.template;
    const policy = podsOf("--set", "config.access_control.default_policy=one_factor");
    expect(policy).toEqual(podsOf());
    expect(podsOf("--set", "config.session.inactivity=10m")).not.toEqual(podsOf());
  });

  test("without PostgreSQL there is never a second pod, not even while one is replaced", () => {
    const { kind, spec } = workload(rendered("istio-sqlite"));
    expect([kind, spec.replicas, spec.volumeClaimTemplates.length]).toEqual(["StatefulSet", 1, 1]);
    expect(workload(rendered("envoy-gateway-sqlite")).spec.volumeClaimTemplates).toBeUndefined();
  });

  test("hosts of two releases are never at one database", () => {
    expect(workload(rendered("istio-postgres")).spec.strategy).toEqual({ type: "Recreate" });
  });

  const digest = "0".repeat(64);
  test.each<readonly [string, string, readonly string[], string]>([
    ["nothing at all", "", [], "at '/config': missing properties 'session', 'access_control'"],
    ["a misspelt value", "istio-sqlite", ["--set", "replica=2"], "'replica' not allowed"],
    [
      "a misspelt key of zerohop.yml",
      "istio-sqlite",
      ["--set", "config.session.inactivit=5m"],
      "'inactivit' not allowed",
    ],
    [
      "a key of zerohop.yml of another kind",
      "istio-sqlite",
      ["--set", "config.storage.postgres.pool_size=many"],
      "pool_size",
    ],
    ["two pods and SQLite", "istio-sqlite", ["--set", "replicas=2"], "more than one needs PostgreSQL"],
    ["no encryption key", "istio-sqlite", ["--set", "secrets=null"], "secrets"],
    [
      "a secret without a key",
      "istio-sqlite",
      ["--set", "secrets.metrics\\.token.name=zerohop"],
      "missing property 'key'",
    ],
    ["no trusted proxies", "istio-sqlite", ["--set", "config.server=null"], "config.server.trusted_proxies is needed"],
    [
      "people's file to be written, and PostgreSQL",
      "istio-postgres",
      ["--set", "users.writable=true"],
      "users.writable",
    ],
    [
      "metrics that nobody may read",
      "istio-sqlite",
      ["--set", "serviceMonitor.enabled=true"],
      "metrics.token is needed",
    ],
    ["a gate and no gateway", "forward-auth", ["--set", "gate.enabled=true"], "gateway.kind is needed"],
    ["another gateway", "istio-sqlite", ["--set", "gateway.kind=kong"], "/gateway/kind"],
    ["a gateway nowhere", "istio-sqlite", ["--set", "gateway.namespace="], "gateway.namespace is needed"],
    ["a gateway of no pods", "istio-sqlite", ["--set", "gateway.selector=null"], "gateway.selector is needed"],
    ["a portal without a route", "istio-sqlite", ["--set", "gateway.istioGateway="], "gateway.istioGateway"],
    ["Envoy Gateway without a Gateway", "envoy-gateway-postgres", ["--set", "gateway.name="], "gateway.name is needed"],
    ["a gate that reaches no host", "envoy-gateway-postgres", ["--set", "gateway.route=false"], "gateway.route"],
    [
      "a gate without its digest",
      "istio-sqlite",
      ["--set", "gate.image=registry.example.com/gate:1"],
      "gate.image is needed",
    ],
    ["a gate without keys", "istio-sqlite", ["--set", "gate.rootKeys=null"], "gate.rootKeys is needed"],
    ["a variable that is no name", "istio-sqlite", ["--set", "gate.edgeTokenVariable=A-B"], "/gate/edgeTokenVariable"],
    [
      "a password, which would be in a ConfigMap",
      "istio-postgres",
      ["--set", "config.storage.postgres.password=hunter2"],
      "/config/storage/postgres/password",
    ],
    [
      "a provider's secret likewise",
      "envoy-gateway-postgres",
      ["--set", "config.authentication_backend.providers[0].client_secret=hunter2"],
      "/config/authentication_backend/providers/0/client_secret",
    ],
    ["an edge token in the values", "istio-sqlite", ["--set", "gate.options.edge_token=zhe_x"], "gate.options"],
    ["a host for everybody", "forward-auth", ["--set", "networkPolicy.from=null"], "networkPolicy.from is needed"],
    ["an image by half a digest", "istio-sqlite", ["--set", `image.digest=sha256:${digest.slice(1)}`], "/image/digest"],
  ])("is refused with %s", (_, variant, options, sentence) => {
    const { code, stderr } = helm(program, [
      ...["template", "zerohop", chart, ...(variant === "" ? [] : valuesOf(variant)), ...options],
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
  });

  test("takes a secret of a file or a variable in its configuration", () => {
    for (const text of ["file:/run/ldap/password", `\${LDAP_PASSWORD}`]) {
      const objects = rendered("istio-postgres", "--set", `config.authentication_backend.ldap.password=${text}`);
      expect(objectOf(objects, "ConfigMap", "zerohop").data["zerohop.yml"]).toContain(text);
    }
  });

  test("says what is left to do", () => {
    const notes = (variant: string, ...options: readonly string[]) =>
      helm(program, ["install", "zerohop", chart, ...valuesOf(variant), ...options, "--dry-run=client"]).stdout;
    expect(notes("istio-tls")).toMatch(/NOTHING IS PROTECTED.*zerohop gate config/s);
    expect(notes("istio-sqlite")).toContain(
      "Without ZEROHOP_EDGE_TOKEN in the environment of the gateway's pods it answers 503",
    );
    expect(notes("forward-auth")).toContain("zerohop.default.svc.cluster.local:8080");
  });
});

// The same way as in istio.test.ts with Envoy Gateway: its control plane on the real API server, and the Envoy that it would have the cluster
// run, with the environment that its Deployment gives it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { connect, createServer, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Backend, type SeenRequest, startBackend } from "../../workshop/backends/application.ts";
import { tlsFiles } from "../../workshop/certificates/tls-files.ts";
import { HttpsClient } from "../../workshop/clients/https-client.ts";
import { logIn } from "../../workshop/clients/portal-login.ts";
import { demoPeople, usersFile } from "../../workshop/host/users.ts";
import { Cluster } from "../../workshop/kubernetes/cluster.ts";
import { startEnvoyGateway, startProxyOf } from "../../workshop/kubernetes/envoy-gateway.ts";
import type { KubernetesObject } from "../../workshop/kubernetes/objects.ts";
import { endpointOf, ownAddress, Release } from "../../workshop/kubernetes/release.ts";
import { rootRights } from "../../workshop/kubernetes/rooted-container.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import type { Program } from "../../workshop/processes/program.ts";
import { customResources, etcd, kubernetesProgram, together } from "../../workshop/programs/kubernetes.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { gateFile } from "../gate/gate.ts";

const programs = {
  ...{ etcd, apiServer: await kubernetesProgram("apiServer"), helm: await kubernetesProgram("helm") },
  ...{ envoyGateway: await kubernetesProgram("envoyGateway"), envoy: await envoy(), rootRights },
};

describeWith(together(programs), "the gate in Envoy Gateway", () => {
  let cluster: Cluster;
  let release: Release;
  let application: Backend;
  let forwarder: TcpServer;
  let modules: Server;
  let client: HttpsClient;
  let port: number;
  let rootKeys: object;
  const running: Program[] = [];
  const cookies: Record<string, string> = {};

  const url = (name: string, path = "/") => `https://${name}.example.com:${port}${path}`;
  const ask = (name: string, path = "/", headers: readonly (readonly [string, string])[] = []) =>
    client.get(url(name, path), { headers });
  const statusOf = async (...args: Parameters<typeof ask>) =>
    (await ask(...args).catch((error: Error) => ({ status: error.message }))).status;
  const as = (user: string) => [["cookie", cookies[user]!] as const];
  const seenBy = async (...args: Parameters<typeof ask>): Promise<SeenRequest> => JSON.parse((await ask(...args)).body);

  /** The site's values: the portal is at the port of the gateway. */
  function values(gate: object) {
    const session = { cookies: [{ domain: "example.com", portal_url: `https://auth.example.com:${port}` }] };
    return {
      config: { server: { trusted_proxies: [`${ownAddress()}/32`] }, session },
      gateway: { kind: "envoy-gateway", namespace: "gateways", name: "eg", selector: null, istioGateway: "" },
      gate,
    };
  }

  function gateWith(keys: object) {
    const sha256 = createHash("sha256").update(readFileSync(gateFile)).digest("hex");
    const { port } = modules.address() as { port: number };
    return { enabled: true, image: `http://127.0.0.1:${port}/gate.wasm@sha256:${sha256}`, rootKeys: keys };
  }

  async function startProxy(name: string): Promise<Program> {
    const program = await startProxyOf(programs.envoy.path!, cluster, "eg", join(cluster.folder, name));
    running.push(program);
    return program;
  }

  beforeAll(async () => {
    cluster = await Cluster.start({ etcd: etcd.path!, apiServer: programs.apiServer.path!, helm: programs.helm.path! });
    const { gatewayApi, envoyGateway } = await customResources();
    await cluster.define(...gatewayApi, ...envoyGateway);
    await cluster.createNamespaces("zerohop", "gateways", "applications");
    running.push(await startEnvoyGateway(programs.envoyGateway.path!, cluster));
    application = await startBackend(0);
    // No endpoint may be a loopback address, where the application is.
    forwarder = createServer((socket) => {
      const onward = connect(application.port, "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      for (const one of [socket, onward]) one.on("error", () => [socket, onward].map((end) => end.destroy()));
    });
    forwarder.listen(0, ownAddress());
    modules = createHttpServer((_, response) => response.end(readFileSync(gateFile)));
    modules.listen(0, "127.0.0.1");
    await Promise.all([once(forwarder, "listening"), once(modules, "listening")]);
    const tls = await tlsFiles(join(cluster.folder, "tls"), "example.com");
    client = new HttpsClient(readFileSync(tls.authority, "utf8"));
    port = await freePort();
    const certificate = { "tls.crt": readFileSync(tls.certificate, "utf8"), "tls.key": readFileSync(tls.key, "utf8") };
    const applicationPort = (forwarder.address() as { port: number }).port;
    for (const object of site(port, applicationPort, certificate, await usersFile(demoPeople)))
      await cluster.apply(object);
    release = await Release.of(cluster, "istio-sqlite");
    release.helm("install", values({ enabled: false }));
    running.push(await release.start());
    rootKeys = JSON.parse(await release.run("gate", "config", "--name", "nobody")).root_keys;
  });

  afterAll(async () => {
    for (const program of running.toReversed()) await program.stop();
    modules?.close();
    forwarder?.close();
    await application?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  test("before there is a gate the portal is there, and nothing is protected", async () => {
    await startProxy("before");
    await expect.poll(() => statusOf("admin"), { timeout: 60_000 }).toBe(200);
    await expect.poll(() => statusOf("auth")).toBe(200);
    for (const path of ["/api/edge", "/api/edge/bundle", "/api/authz/auth-request", "/api/verify", "/metrics"])
      expect([path, await statusOf("auth", path)]).toEqual([path, 404]);
  });

  test("a proxy without the edge token in its environment lets nobody in", async () => {
    release.helm("upgrade", values(gateWith(rootKeys)));
    await expect.poll(() => statusOf("public"), { timeout: 60_000 }).toBe(503);
    expect(await statusOf("admin")).toBe(503);
  });

  test("with it, from the Secret that the EnvoyProxy names, visitors are let in and refused by groups", async () => {
    const { edge_token } = JSON.parse(await release.run("gate", "config", "--name", "gateway-1"));
    const stringData = { "edge-token": edge_token };
    await cluster.apply({
      ...{ apiVersion: "v1", kind: "Secret", stringData },
      metadata: { namespace: "envoy-gateway-system", name: "zerohop-edge" },
    });
    await running.at(-1)!.stop();
    await startProxy("after");
    await expect.poll(() => statusOf("public"), { timeout: 60_000 }).toBe(200);
    const anonymous = await ask("admin", "/reports", [["accept", "text/html"]]);
    expect(anonymous.status).toBe(302);
    expect(anonymous.header("location")).toBe(
      `https://auth.example.com:${port}/?rd=https%3A%2F%2Fadmin.example.com%3A${port}%2Freports&rm=GET`,
    );
    for (const user of ["alice", "bob"]) cookies[user] = await logIn({ client, url }, user);
    expect((await seenBy("admin", "/", as("alice"))).headers).toMatchObject({
      ...{ "remote-user": "alice", "remote-groups": "admins,dev" },
    });
    expect((await seenBy("app", "/", as("bob"))).headers).toMatchObject({ "remote-user": "bob" });
    expect(await statusOf("admin", "/", as("bob"))).toBe(403);
  });

  test("an application is told nothing by a client that the gate, or the gateway, should tell it", async () => {
    const forged = [
      ...[
        ["Remote-User", "mallory"],
        ["Remote_Groups", "admins"],
        ["X-Forwarded-Host", "evil.example"],
      ],
      ...[
        ["Forwarded", "for=1.2.3.4"],
        ["X-Original-URL", "/admin"],
        ["X-Forwarded-User", "mallory"],
      ],
    ] as const;
    const { headers } = await seenBy("public", "/", forged as never);
    const told = Object.keys(headers).filter((name) => /remote|forwarded-(host|user)|^forwarded|original/.test(name));
    expect(told).toEqual([]);
  });

  test("a path is one to the rules and to the application", async () => {
    expect((await seenBy("public", "/projects/group%2Fname")).url).toBe("/projects/group%2Fname");
    expect((await seenBy("public", "/a//b/../c")).url).toBe("/a/c");
  });

  test("no object of the chart has an edge token", () => {
    expect(cluster.helm("get", "all", "zerohop", "--namespace", "zerohop")).not.toMatch(/zhe_/);
  });
});

/** What is in the cluster beside the chart: Secrets, the Gateway with the environment of its proxies, and an application. */
function site(port: number, applicationPort: number, certificate: object, users: string): KubernetesObject[] {
  const gatewayApi = "gateway.networking.k8s.io/v1";
  const object = (apiVersion: string, kind: string, namespace: string, name: string, more: object) => ({
    ...{ apiVersion, kind, metadata: { namespace, name }, ...more },
  });
  const secret = (namespace: string, name: string, stringData: object, type = "Opaque") =>
    object("v1", "Secret", namespace, name, { stringData, type });
  const edgeToken = { secretKeyRef: { name: "zerohop-edge", key: "edge-token", optional: true } };
  return [
    secret("zerohop", "zerohop", { "encryption-key": "a key for the tests that is long enough\n" }),
    secret("zerohop", "zerohop-users", { "users.yml": users }),
    secret("gateways", "certificate", certificate, "kubernetes.io/tls"),
    object(gatewayApi, "GatewayClass", "", "eg", {
      spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    }),
    object("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", "gateways", "zerohop", {
      spec: {
        provider: {
          type: "Kubernetes",
          kubernetes: {
            envoyDeployment: { container: { env: [{ name: "ZEROHOP_EDGE_TOKEN", valueFrom: edgeToken }] } },
          },
        },
      },
    }),
    object(gatewayApi, "Gateway", "gateways", "eg", {
      spec: {
        gatewayClassName: "eg",
        infrastructure: {
          parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: "zerohop" },
        },
        listeners: [
          {
            ...{ name: "https", protocol: "HTTPS", port, hostname: "*.example.com" },
            tls: { mode: "Terminate", certificateRefs: [{ name: "certificate" }] },
            allowedRoutes: { namespaces: { from: "All" } },
          },
        ],
      },
    }),
    object("v1", "Service", "applications", "application", {
      spec: { ports: [{ name: "http", port: applicationPort, protocol: "TCP" }] },
    }),
    endpointOf("applications", "application", applicationPort),
    object(gatewayApi, "HTTPRoute", "applications", "application", {
      spec: {
        parentRefs: [{ name: "eg", namespace: "gateways" }],
        hostnames: ["public", "app", "admin"].map((name) => `${name}.example.com`),
        rules: [{ backendRefs: [{ name: "application", port: applicationPort }] }],
      },
    }),
  ];
}

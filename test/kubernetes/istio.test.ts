// The whole way in Kubernetes: the chart in a real API server, its pod run as a process, and istiod that hands the gate's objects to a real
// Envoy, which lets in and refuses by groups.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Backend, type SeenRequest, startBackend } from "../../workshop/backends/application.ts";
import { demoPeople, password, usersFile } from "../../workshop/host/users.ts";
import { Cluster } from "../../workshop/kubernetes/cluster.ts";
import { type Istiod, startGateway, startIstiod } from "../../workshop/kubernetes/istio.ts";
import type { KubernetesObject } from "../../workshop/kubernetes/objects.ts";
import { ownAddress, Release } from "../../workshop/kubernetes/release.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import type { Program } from "../../workshop/processes/program.ts";
import { customResources, etcd, kubernetesProgram, together } from "../../workshop/programs/kubernetes.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { gateFile } from "../gate/gate.ts";

const programs = {
  ...{ etcd, apiServer: await kubernetesProgram("apiServer"), helm: await kubernetesProgram("helm") },
  ...{ istiod: await kubernetesProgram("istiod"), envoy: await envoy() },
};
const variable = "ZEROHOP_EDGE_TOKEN";
const secrets = { "encryption-key": "a key for the tests that is long enough\n" };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

describeWith(together(programs), "the gate in Istio", () => {
  let cluster: Cluster;
  let istiod: Istiod;
  let application: Backend;
  let gateway: Program;
  let release: Release;
  let gatewayPort: number;
  let folder: string;
  let rootKeys: object;
  const running: Program[] = [];
  const cookies: Record<string, string> = {};

  /** A request as the load balancer before the gateway sends it on. */
  function ask(
    name: string,
    path = "/",
    options: { method?: string; headers?: object; body?: string } = {},
  ): Promise<Answer> {
    const { method = "GET", headers = {}, body = "" } = options;
    const asBalancer = { host: `${name}.example.com`, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" };
    return new Promise((resolve, reject) => {
      const to = {
        host: "127.0.0.1",
        port: gatewayPort,
        method,
        path,
        headers: { ...asBalancer, ...headers },
        agent: false,
      };
      const asked = request(to, (answer) => {
        text(answer).then((content) => {
          resolve({ status: answer.statusCode!, headers: answer.headers, body: content });
        }, reject);
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  const statusOf = async (...args: Parameters<typeof ask>) =>
    (await ask(...args).catch((error: Error) => ({ status: error.message }))).status;
  const as = (user: string, more: object = {}) => ({ headers: { cookie: cookies[user]!, ...more } });
  const seen = ({ status, body }: Answer): SeenRequest => {
    expect([status, body]).toEqual([200, expect.stringContaining("{")]);
    return JSON.parse(body);
  };

  async function logIn(username: string): Promise<string> {
    const body = JSON.stringify({ username, password, keepMeLoggedIn: false });
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const answer = await ask("auth", "/api/firstfactor", { method: "POST", headers, body });
    expect([answer.status, answer.body]).toEqual([200, expect.any(String)]);
    return (answer.headers["set-cookie"] as readonly string[])[0]!.split(";")[0]!;
  }

  function startGatewayPod(name: string, environment: Readonly<Record<string, string>>): Program {
    const there = join(folder, name);
    mkdirSync(there);
    const program = startGateway(programs.envoy.path!, istiod, there, environment);
    running.push(program);
    return program;
  }

  beforeAll(async () => {
    cluster = await Cluster.start({ etcd: etcd.path!, apiServer: programs.apiServer.path!, helm: programs.helm.path! });
    folder = cluster.folder;
    await cluster.define(...(await customResources()).istio);
    await cluster.createNamespaces("zerohop", "istio-system", "istio-ingress", "applications");
    istiod = await startIstiod(programs.istiod.path!, cluster);
    running.push(istiod.program);
    application = await startBackend(0);
    gatewayPort = await freePort();
    release = await Release.of(cluster, "istio-sqlite");
    for (const object of site(gatewayPort, application.port, await usersFile(demoPeople))) await cluster.apply(object);

    release.helm("install", { gate: { enabled: false } });
    running.push(await release.start());
    gateway = startGatewayPod("gateway-0", {});
  });

  afterAll(async () => {
    for (const program of running.toReversed()) await program.stop();
    await application?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  test("before there is a gate the portal is there, nothing is protected, and the notes say so", async () => {
    await expect.poll(() => statusOf("admin")).toBe(200);
    await expect.poll(() => statusOf("auth")).toBe(200);
    expect(cluster.helm("get", "notes", "zerohop", "--namespace", "zerohop")).toContain("NOTHING IS PROTECTED");
  });

  test("what gates and monitoring ask of the host is not to be had from outside", async () => {
    for (const path of ["/api/edge", "/api/edge/bundle", "/api/authz/auth-request", "/api/verify", "/metrics"])
      expect([path, await statusOf("auth", path)]).toEqual([path, 404]);
  });

  test("a gateway without the edge token in its environment lets nobody in", async () => {
    rootKeys = JSON.parse(await release.run("gate", "config", "--name", "nobody")).root_keys;
    release.helm("upgrade", { gate: gateWith(rootKeys) });
    await expect.poll(() => statusOf("public")).toBe(503);
    expect(await statusOf("admin")).toBe(503);
    const log = readFileSync(join(folder, "gateway-0", "envoy.log"), "utf8");
    expect(log).toContain("edge_token_variable: the proxy's environment has no such variable");
  });

  test("with it, visitors are let in and refused by groups", async () => {
    const { edge_token } = JSON.parse(await release.run("gate", "config", "--name", "gateway-1"));
    await gateway.stop();
    gateway = startGatewayPod("gateway-1", { [variable]: edge_token });
    await expect.poll(() => statusOf("public")).toBe(200);
    const browser = { headers: { accept: "text/html" } };
    const { status, headers } = await ask("admin", "/reports", browser);
    expect([status, headers.location]).toEqual([
      302,
      "https://auth.example.com/?rd=https%3A%2F%2Fadmin.example.com%2Freports&rm=GET",
    ]);
    expect(await statusOf("app")).toBe(401);
    for (const user of ["alice", "bob"]) cookies[user] = await logIn(user);
    expect(seen(await ask("admin", "/", as("alice"))).headers).toMatchObject({
      ...{ "remote-user": "alice", "remote-groups": "admins,dev" },
    });
    expect(seen(await ask("app", "/", as("bob"))).headers).toMatchObject({ "remote-user": "bob" });
    expect(await statusOf("admin", "/", as("bob"))).toBe(403);
  });

  test("an application is told nothing by a client that the gate, or the gateway, should tell it", async () => {
    const forged = {
      ...{
        "Remote-User": "mallory",
        Remote_Groups: "admins",
        "X-Forwarded-Host": "evil.example",
        Forwarded: "for=1.2.3.4",
      },
      ...{
        "X-Original-URL": "/admin",
        "X-Forwarded-User": "mallory",
        "X-Rewrite-URL": "/admin",
        "X-Real-IP": "10.0.0.1",
      },
    };
    const { headers } = seen(await ask("public", "/", { headers: forged }));
    const told = Object.keys(headers).filter((name) =>
      /remote|forwarded-(host|user)|^forwarded|original|rewrite|real/.test(name),
    );
    expect(told).toEqual([]);
    expect(seen(await ask("app", "/", as("bob", forged))).headers).toMatchObject({
      "remote-user": "bob",
      "remote-groups": "dev",
    });
  });

  test("a path is one to the rules and to the application", async () => {
    expect(seen(await ask("public", "/projects/group%2Fname")).url).toBe("/projects/group%2Fname");
    expect(seen(await ask("public", "/a//b/../c")).url).toBe("/a/c");
  });

  test("a changed policy is in force at the gate without a restart of anything", async () => {
    const closed = {
      access_control: { default_policy: "deny", rules: [{ domain: "app.example.com", policy: "one_factor" }] },
    };
    const before = await cluster.get("apps/v1", "StatefulSet", "zerohop", "zerohop");
    release.helm("upgrade", {
      gate: gateWith(rootKeys),
      config: { server: { trusted_proxies: [`${ownAddress()}/32`] }, ...closed },
    });
    const after = await cluster.get("apps/v1", "StatefulSet", "zerohop", "zerohop");
    expect(after.metadata.generation).toBe(before.metadata.generation);
    await release.layOut();
    await expect.poll(() => statusOf("public")).toBe(403);
    expect(await statusOf("app", "/", as("bob"))).toBe(200);
  });

  test("a new edge token takes the place of the old one, and nobody has to log in again", async () => {
    const { edge_token } = JSON.parse(await release.run("gate", "config", "--name", "gateway-2"));
    await gateway.stop();
    gateway = startGatewayPod("gateway-2", { [variable]: `${edge_token}\n` });
    await release.run("edge-token", "revoke", "gateway-1");
    await expect.poll(() => statusOf("app", "/", as("bob"))).toBe(200);
    expect(await release.run("edge-token", "list")).toMatch(/^gateway-2 .*\d{4}-.*\d{4}-/m);
  });

  test("the commands of docs/kubernetes.md are ones that the pod runs", async () => {
    const guide = readFileSync(join(import.meta.dirname, "..", "..", "docs", "kubernetes.md"), "utf8");
    const commands = [
      ...guide.matchAll(/zerohop (gate config|policy explain|storage backup|edge-token revoke) (.*?)(?<!\\)[`\n]/gs),
    ].filter(([text]) => text.includes("--config"));
    expect(new Set(commands.map(([, name]) => name)).size).toBe(4);
    const there = join(folder, "backup.db");
    for (const [, name, rest] of commands) {
      const own = rest!
        .replaceAll(/\\\n|--config \S+/g, " ")
        .replace(/\S+\.db/, there)
        .trim()
        .split(/\s+/);
      const words = own.filter((word) => word !== "");
      // There is a token of that name only where the steps before were taken.
      const named = name === "edge-token revoke" ? ["gateway-1"] : words;
      if (name === "edge-token revoke") await release.run("gate", "config", "--name", "gateway-1");
      const said = await release.run(...name!.split(" "), ...named);
      if (name === "policy explain") expect(said).toMatch(/deny/);
    }
  });

  test("a log-out is in force at the gate", async () => {
    const headers = { cookie: cookies.bob!, "content-type": "application/json", "content-length": "2" };
    expect(await statusOf("auth", "/api/logout", { method: "POST", headers, body: "{}" })).toBe(200);
    await expect.poll(() => statusOf("app", "/", as("bob"))).toBe(401);
  });

  test("no object in the cluster has an edge token", async () => {
    const plugin = await cluster.get("extensions.istio.io/v1alpha1", "WasmPlugin", "istio-ingress", "zerohop-gate");
    expect(plugin.spec.pluginConfig).toMatchObject({ edge_token_variable: variable });
    const objects = cluster.helm("get", "all", "zerohop", "--namespace", "zerohop") + JSON.stringify(plugin);
    expect(objects).not.toMatch(/zhe_/);
  });
});

function gateWith(rootKeys: object) {
  const sha256 = createHash("sha256").update(readFileSync(gateFile)).digest("hex");
  return { enabled: true, image: `file://${gateFile}@sha256:${sha256}`, rootKeys };
}

/** What is in the cluster beside the chart: Secrets, the gateway, and an application with three names. */
function site(gatewayPort: number, applicationPort: number, users: string): KubernetesObject[] {
  const names = ["public", "app", "admin"].map((name) => `${name}.example.com`);
  const internal = "application.internal";
  const networking = "networking.istio.io/v1";
  const object = (apiVersion: string, kind: string, namespace: string, name: string, more: object) => ({
    ...{ apiVersion, kind, metadata: { namespace, name }, ...more },
  });
  return [
    object("v1", "Secret", "zerohop", "zerohop", { stringData: secrets }),
    object("v1", "Secret", "zerohop", "zerohop-users", { stringData: { "users.yml": users } }),
    object(networking, "Gateway", "istio-ingress", "public", {
      spec: {
        selector: { istio: "ingressgateway" },
        servers: [{ hosts: ["*/*.example.com"], port: { number: gatewayPort, name: "http", protocol: "HTTP" } }],
      },
    }),
    object(networking, "ServiceEntry", "applications", "application", {
      spec: {
        ...{ hosts: [internal], location: "MESH_INTERNAL", resolution: "STATIC" },
        ports: [{ number: applicationPort, name: "http", protocol: "HTTP" }],
        endpoints: [{ address: "127.0.0.1" }],
      },
    }),
    object(networking, "VirtualService", "applications", "application", {
      spec: {
        ...{ hosts: names, gateways: ["istio-ingress/public"] },
        http: [{ route: [{ destination: { host: internal, port: { number: applicationPort } } }] }],
      },
    }),
  ];
}

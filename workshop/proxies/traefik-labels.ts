// Real Traefik with routers in containers' labels, as its docker provider reads them. The containers are those of the Compose file that is
// written; what tells Traefik of them stands in for Docker: the part of its API that the provider asks, on a socket in the site's folder.
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { parse } from "yaml";
import type { ProxyKind } from "./proxy-kind.ts";

export const traefikLabels: ProxyKind = {
  ...{ name: "traefik labels", program: "traefik", writes: "traefik-labels", passesSession: true },
  args: (folder) => [`--configfile=${join(folder, "traefik", "traefik.yml")}`],
  replace: ({ folder, tls }) => [
    ["/etc/traefik/dynamic.yml", join(folder, "traefik", "dynamic.yml")],
    ["/etc/traefik/tls/fullchain.pem", tls.certificate],
    ["/etc/traefik/tls/privkey.pem", tls.key],
    ["tcp://docker-socket:2375", `unix://${join(folder, "docker.sock")}`],
  ],
  async prepare({ folder }) {
    const { services } = parse(readFileSync(join(folder, "compose.zerohop.yaml"), "utf8"));
    const containers = Object.entries<{ readonly labels?: Readonly<Record<string, string>> }>(services).flatMap(
      ([name, { labels }]) => (labels ? containerOf(name, labels) : []),
    );
    const waiting = new Set<ServerResponse>();
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "", "http://docker").pathname.replace(/^\/v[\d.]+/, "");
      const say = (value: unknown) =>
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
      const [, id] = /^\/containers\/(\w+)\/json$/.exec(path) ?? [];
      if (path === "/_ping") response.writeHead(200, { "api-version": "1.47" }).end("OK");
      else if (path === "/version") say({ Version: "27.0.0", ApiVersion: "1.47", MinAPIVersion: "1.24" });
      else if (path === "/containers/json") say(containers.map(({ listed }) => listed));
      else if (id !== undefined) say(containers.find(({ listed }) => listed.Id === id)?.inspected ?? {});
      // It goes on until Docker stops, and nothing happens here.
      else if (path === "/events") waiting.add(response.writeHead(200));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(join(folder, "docker.sock"), resolve));
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    const program = { pid: process.pid, ended: new Promise<string>(() => {}), stop, [Symbol.asyncDispose]: stop };
    return { replace: [], program };
  },
};

/** A container as Docker lists it, and as it says more about it: on the network `proxy`, where its address is this machine's. */
function containerOf(name: string, written: Readonly<Record<string, string>>) {
  // Compose makes one of two dollars.
  const labels = Object.fromEntries(Object.entries(written).map(([key, value]) => [key, value.replaceAll("$$", "$")]));
  const networks = { Networks: { proxy: { IPAddress: "127.0.0.1", NetworkID: "proxy" } } };
  const id = Buffer.from(name).toString("hex").padEnd(64, "0");
  return {
    listed: { Id: id, Names: [`/${name}`], Labels: labels, State: "running", NetworkSettings: networks },
    inspected: {
      ...{ Id: id, Name: `/${name}`, State: { Status: "running", Running: true } },
      ...{
        Config: { Labels: labels },
        HostConfig: { NetworkMode: "proxy" },
        NetworkSettings: { ...networks, Ports: {} },
      },
    },
  };
}

// Proxies that are set up as Authelia documents them, with Zerohop in Authelia's place: nothing that their configurations leave to
// the client may be believed, or reach the application in the place of an identity.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { SeenRequest } from "../../workshop/backends/application.ts";
import type { HeaderLines } from "../../workshop/clients/https-client.ts";
import { logIn } from "../../workshop/clients/portal-login.ts";
import * as programs from "../../workshop/programs/needed.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { onPath } from "../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import { caddy, nginx, traefik } from "../../workshop/proxies/kinds.ts";
import type { ProxyKind } from "../../workshop/proxies/proxy-kind.ts";

const here = "test/attacks/authelia";
const oldTraefik: ProxyKind = {
  ...{ ...traefik, writes: undefined, files: ["deploy/traefik/traefik.yml", `${here}/dynamic.yml`] },
  replace: ({ folder, https, http }) => [
    ['":80"', `"127.0.0.1:${http}"`],
    ['":443"', `"127.0.0.1:${https}"`],
    ["/etc/traefik/dynamic.yml", join(folder, "dynamic.yml")],
  ],
};
const oldCaddy: ProxyKind = {
  ...{ ...caddy, writes: undefined, files: [`${here}/Caddyfile`] },
  replace: ({ https, http }) => [
    ["http_port 80", `http_port ${http}`],
    ["https_port 443", `https_port ${https}\n\tdefault_bind 127.0.0.1`],
  ],
};
const oldNginx: ProxyKind = {
  ...{ ...nginx, writes: undefined, files: [`${here}/nginx.conf`] },
  replace: (places) => [
    ...nginx.replace(places),
    ["listen 80", `listen 127.0.0.1:${places.http}`],
    ["listen 443", `listen 127.0.0.1:${places.https}`],
    ["https://$host$request_uri", `https://$host:${places.https}$request_uri`],
  ],
};
const envoy: ProxyKind = {
  name: "envoy",
  files: [`${here}/envoy.yaml`],
  replace: ({ https }) => [["port_value: 443", `port_value: ${https}`]],
  args: (folder) => ["-c", join(folder, "envoy.yaml"), "--disable-hot-restart", "--concurrency", "1", "-l", "error"],
};

/** A stack for all tests of a suite. */
function stackOf(kind: ProxyKind, program: string): { readonly stack: ForwardAuthStack } {
  const holder = { stack: undefined as unknown as ForwardAuthStack };
  beforeAll(async () => {
    holder.stack = await ForwardAuthStack.start(kind, program);
  });
  afterAll(() => holder.stack?.[Symbol.asyncDispose]());
  return holder;
}

/** What reached the application, or the status that kept the request from it. */
async function ask(
  stack: ForwardAuthStack,
  name: string,
  headers: HeaderLines,
  path = "/",
): Promise<SeenRequest | number> {
  const { status, body } = await stack.client.get(stack.url(name, path), { headers });
  return status === 200 ? (JSON.parse(body) as SeenRequest) : status;
}

/** Values of the headers that a backend may read as `Remote-NAME`, empty ones left out. */
function identityOf(seen: SeenRequest | number): readonly string[] {
  if (typeof seen === "number") throw new Error(`the application was not reached: ${seen}`);
  return Object.entries(seen.headers)
    .filter(([name]) => /^remote[^a-z0-9](user|groups|name|email)$/i.test(name))
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`))
    .filter((line) => !line.endsWith(": "));
}

for (const [kind, needed] of [
  [oldTraefik, await programs.traefik()],
  [oldCaddy, await programs.caddy()],
] as const)
  describeWith(needed, `${kind.name}, which asks /api/verify in X-Forwarded-*`, (program) => {
    const holder = stackOf(kind, program);

    test.each([
      ["X-Original-URL", "https://public.zerohop.localhost/"],
      ["x-original-url", "https://public.zerohop.localhost/"],
      ["X-Original-URL", "https://admin.zerohop.localhost/"],
      ["X-Original-Method", "OPTIONS"],
    ])("has nothing decided by a client's %s: %s", async (name, value) => {
      const { stack } = holder;
      expect(await ask(stack, "admin", [[name, value]])).toBe(401);
      const cookie = await logIn(stack, "bob");
      expect(
        await ask(stack, "admin", [
          ["cookie", cookie],
          [name, value],
        ]),
      ).toBe(401);
    });

    test("has nothing decided by a client's other headers that name a target", async () => {
      const { stack } = holder;
      const authority = `public.zerohop.localhost:${stack.httpsPort}`;
      for (const [name, value] of [
        ["X-Forwarded-Host", authority],
        ["X-Forwarded-Uri", "/"],
        ["X-Forwarded-Proto", "wss"],
        ["X-Forwarded-Method", "OPTIONS"],
        ["X-HTTP-Method-Override", "OPTIONS"],
        ["X-Rewrite-Url", "/"],
        ["X-Authelia-URL", "https://public.zerohop.localhost/"],
        ["Connection", "X-Forwarded-Host, X-Forwarded-Uri"],
      ] as const)
        expect([name, await ask(stack, "admin", [[name, value]])]).toEqual([name, expect.toBeOneOf([302, 400, 401])]);
    });

    test("still lets visitors in", async () => {
      const { stack } = holder;
      expect(identityOf(await ask(stack, "public", []))).toEqual([]);
      const seen = await ask(stack, "app", [["cookie", await logIn(stack, "bob")]], "/a?b=c");
      expect(identityOf(seen)).toContain("remote-user: bob");
    });
  });

describeWith(
  onPath("nginx"),
  "nginx, which tells the target in both kinds of headers, one without its port",
  (program) => {
    const holder = stackOf(oldNginx, program);

    test("lets visitors in by either endpoint", async () => {
      const { stack } = holder;
      expect(identityOf(await ask(stack, "public", [], "/a?b=c"))).toEqual([]);
      expect(await ask(stack, "app", [])).toBe(401);
      const seen = await ask(stack, "app", [["cookie", await logIn(stack, "bob")]], "/a?b=c");
      expect(identityOf(seen)).toContain("remote-user: bob");
    });

    test("has nothing decided by what a client says of the target", async () => {
      const { stack } = holder;
      for (const name of ["X-Original-URL", "X-Forwarded-Host", "X-Forwarded-Uri", "X-Forwarded-Method", "Forwarded"])
        expect([name, await ask(stack, "admin", [[name, "https://public.zerohop.localhost/"]])]).toEqual([name, 401]);
      // The server is chosen by another host than the Host header's.
      const other = `GET https://public.zerohop.localhost/ HTTP/1.1\r\nHost: admin.zerohop.localhost\r\n\r\n`;
      expect(await stack.client.exchange(stack.url("admin"), other)).toMatch(/^HTTP\/1\.1 401 /);
    });
  },
);

describeWith(await programs.envoy(), "Envoy with ext_authz", (program) => {
  const holder = stackOf(envoy, program);
  const forged: HeaderLines = ["user", "groups", "name", "email"].flatMap((name) =>
    [..."-_.!~"].map((separator) => [`Remote${separator}${name}`, "forged"] as const),
  );

  test("gives an application nothing that a client made up about itself, where nobody has to log in", async () => {
    expect(identityOf(await ask(holder.stack, "public", forged))).toEqual([]);
    expect(identityOf(await ask(holder.stack, "public", [...forged, ...forged]))).toEqual([]);
  });

  test("gives an application no group or address of a user who has none", async () => {
    const { stack } = holder;
    const users = join(stack.folder, "users.yml");
    const text = readFileSync(users, "utf8")
      .replace(/ {4}email: bob.*\n/, "")
      .replace("    groups: [dev]\n", "");
    writeFileSync(users, text);
    const lines = await vi.waitFor(async () => {
      const seen = identityOf(await ask(stack, "app", [["cookie", await logIn(stack, "bob")], ...forged]));
      if (seen.includes("remote-groups: dev")) throw new Error("the host has not read the users file yet");
      return seen;
    }, 20_000);
    expect(lines.toSorted()).toEqual(["remote-name: Bob Dodgson", "remote-user: bob"]);
  });

  test("is refused by rules that have networks, and told what to add, until it says who its client is", async () => {
    const { stack } = holder;
    const config = join(stack.folder, "zerohop.yml");
    const rules = readFileSync(config, "utf8").replace(
      "  rules:\n",
      "  rules:\n    - domain: public.zerohop.localhost\n      policy: bypass\n      networks: [198.51.100.0/24]\n",
    );
    writeFileSync(config, rules);
    await vi.waitFor(async () => expect(await ask(stack, "public", [])).toBe(400), 20_000);
    // What a client writes itself does not get to the host.
    expect(await ask(stack, "public", [["X-Forwarded-For", "198.51.100.7"]])).toBe(400);
    const log = readFileSync(join(stack.folder, "host.log"), "utf8");
    expect(log).toContain(
      "add X-Forwarded-For with the value %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% to headers_to_add",
    );
  });
});

describeWith(await programs.envoy(), "Envoy with ext_authz that adds the client's address", (program) => {
  const proto = '- { key: X-Forwarded-Proto, value: "%REQ(:SCHEME)%" }';
  const address = '- { key: X-Forwarded-For, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }';
  const holder = stackOf(
    {
      ...envoy,
      replace: (places) => [...envoy.replace(places), [proto, `${proto}\n                            ${address}`]],
    },
    program,
  );

  test("has rules with networks decided by it, and by nothing that the client wrote", async () => {
    const { stack } = holder;
    const config = join(stack.folder, "zerohop.yml");
    const before = readFileSync(config, "utf8");
    const only = (network: string) =>
      writeFileSync(
        config,
        before.replace(
          "  rules:\n",
          `  rules:\n    - domain: app.zerohop.localhost\n      policy: bypass\n      networks: [${network}]\n`,
        ),
      );
    only("127.0.0.1");
    await vi.waitFor(async () => expect(await ask(stack, "app", [])).not.toBeTypeOf("number"), 20_000);
    only("198.51.100.0/24");
    await vi.waitFor(async () => expect(await ask(stack, "app", [])).toBe(401), 20_000);
    expect(await ask(stack, "app", [["X-Forwarded-For", "198.51.100.7"]])).toBe(401);
  });
});

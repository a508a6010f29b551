// Ways to set up a proxy of the table in surroundings that write a part of its configuration: every request has the outcome that it has
// through that proxy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { usersFile } from "../../../workshop/host/users.ts";
import { describeWith, traefik } from "../../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { ingressNginx } from "../../../workshop/proxies/ingress-nginx.ts";
import { npm, swag } from "../../../workshop/proxies/nginx-containers.ts";
import type { ProxyKind } from "../../../workshop/proxies/proxy-kind.ts";
import type { Tree } from "../../../workshop/proxies/site.ts";
import { traefikLabels } from "../../../workshop/proxies/traefik-labels.ts";
import { people } from "../../../workshop/proxies/users.ts";
import { lintFile } from "../../host/support/lint-file.ts";
import { exchangeLong, expectClean, formerVisitors, longBody, send, visitors } from "./exchange.ts";
import { providerBeside } from "./provider.ts";
import { requests, type Visitor } from "./requests.ts";

interface Variant {
  readonly kind: ProxyKind;
  readonly needed: Needed;
  /** The proxy of the table. */
  readonly as: string;
  /** Other outcomes, and headers of a client's that go on, which docs/more-proxies.md names; they let nobody in. */
  readonly accepts?: (outcome: string, expected: string, request: string) => boolean;
}

const variants: readonly Variant[] = [
  { kind: npm, needed: onPath("nginx"), as: "nginx" },
  { kind: swag, needed: onPath("nginx"), as: "nginx" },
  { kind: ingressNginx, needed: onPath("nginx"), as: "nginx", accepts: acceptsOfIngress },
  { kind: traefikLabels, needed: await traefik(), as: "traefik" },
];

async function startOne({ kind, needed }: Variant) {
  const provider = await providerBeside();
  const configureHost = (config: Tree) => {
    config.regulation = { max_retries: 0 };
    provider.configure(config);
  };
  const site = await ForwardAuthStack.start(kind, needed.path!, { configureHost, users: await usersFile(people) });
  return { site, ...(await visitors(site, provider, await formerVisitors(site))) };
}

/** All at once, for it takes as long as leases take to end. */
let all: Map<Variant, ReturnType<typeof startOne>> | undefined;

function started(variant: Variant): ReturnType<typeof startOne> {
  all ??= new Map(variants.filter(({ needed }) => needed.path !== undefined).map((one) => [one, startOne(one)]));
  return all.get(variant)!;
}

/** The controller redirects whoever has to log in, and passes on what a client sends. */
function acceptsOfIngress(outcome: string, expected: string, request: string): boolean {
  return (
    (/^(30[23]|401)\b/.test(expected) && /^302\b/.test(outcome)) ||
    (/^upgrade to /.test(request) && outcome === "400") ||
    (/X-Forwarded-(Host|Method|Uri)/.test(request) && outcome === "400") ||
    outcome.startsWith(`${expected} with `)
  );
}

/** Requests that are under way at a time. */
const width = 4;

for (const variant of variants) {
  const { kind, needed, as, accepts } = variant;
  describeWith(needed, kind.name, () => {
    let site: ForwardAuthStack;
    let cookies: Record<Visitor, string>;

    beforeAll(async () => {
      ({ site, cookies } = await started(variant));
    });
    afterAll(() => site?.[Symbol.asyncDispose]());

    test(`has every outcome of ${as}`, async () => {
      const waiting = [...requests];
      const others: string[] = [];
      const lane = async () => {
        for (let request = waiting.shift(); request; request = waiting.shift()) {
          const expected = request.differs?.[as]?.outcome ?? request.outcome;
          const { outcome, answer } = await send(site, request, cookies);
          if (outcome !== expected && !accepts?.(outcome, expected, request.name))
            others.push(`${request.name}: ${outcome}, not ${expected}`);
          else if (!accepts && answer && outcome.startsWith("200 ") && outcome !== "200 portal")
            expectClean(kind, answer);
        }
      };
      await Promise.all(Array.from({ length: width }, lane));
      expect(others).toEqual([]);
    });

    test("decides about the host that it serves, whatever Host says", async () => {
      const [app, open] = ["app", "public"].map((name) => `${name}.zerohop.localhost:${site.httpsPort}`);
      const text = `GET https://${app}/ HTTP/1.1\r\nHost: ${open}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`;
      expect(await site.client.exchange(site.url("app"), text)).toMatch(/^HTTP\/1\.1 (302|400|421) /);
    });

    // ZEROHOP_LONG_BODIES=true makes it 200 MB.
    test(`lets somebody in 500 groups send and get ${longBody} MB`, { timeout: 180_000 }, async () => {
      expect(await exchangeLong(site, async () => cookies.mona)).toEqual([]);
    });

    test.skipIf(kind !== npm)("has locations of NPM's own ask too, and lint names what they pass on", async () => {
      const { status } = await site.client.get(site.url("app", "/made-by-npm"), { headers: [["accept", "text/html"]] });
      expect(status).toBe(302);
      const file = join(site.folder, "nginx.conf");
      const lines = readFileSync(file, "utf8").split("\n");
      const { findings } = lintFile(file);
      const block = lines.findLastIndex((line) => line.includes("made-by-npm"));
      const elsewhere = findings.filter(
        ({ line, file: where }) => where !== file || !/127.0.0.1/.test(lines[line - 1]!),
      );
      expect([elsewhere, block > 0]).toEqual([[], true]);
      expect(findings.map(({ rule }) => rule)).toContain("nginx-identity-headers");
    });

    test.skipIf(kind !== swag)("is a configuration in which lint finds nothing", () => {
      expect(lintFile(join(site.folder, "nginx.conf")).findings).toEqual([]);
    });

    test("lets nobody in without the host, and says when to come again where the proxy can", async () => {
      await site.host.stop();
      for (const host of ["app", "public"])
        for (const accept of ["text/html", "application/json"]) {
          const { status, header, body } = await site.client.get(site.url(host), {
            headers: [
              ["cookie", cookies.alice],
              ["accept", accept],
            ],
          });
          if (kind === traefikLabels) expect(status).toBe(500);
          else expect([status, header("retry-after"), header("content-type")]).toEqual([503, "10", accept]);
          expect(body).not.toContain("Remote");
        }
    });
  });
}

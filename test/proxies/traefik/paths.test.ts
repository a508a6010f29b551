// The plugin in real Traefik decides about the very target that the application gets, or refuses: Traefik cleans paths and
// changes queries on the way, before the plugin and behind it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith, traefik } from "../../../workshop/programs/needed.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { traefikPlugin } from "../../../workshop/proxies/kinds.ts";

const paths = [
  ...["/", "//", "//a", "/a//b", "/a/../b", "/a/./b", "/..", "/../../x", "/a/..", "/%2e%2e/b", "/a/%2e/b", "/.%2e/x"],
  ...[
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a\\b",
    "/%61%64min",
    "/%2561",
    "/a%2f..%2fb",
    "/a/%2F//b",
    "/a%2f/../b",
    "/%zz",
    "/%",
    "/%00",
    "/%0a",
    "/%c3%a9",
    "/%ff",
  ],
  ...[
    "/a;b=c/d",
    "/a;b=c/../d",
    "/..;/a",
    "/a;/..;/b",
    "/a%3bb",
    "/a%3fb",
    "/a%23b",
    "/a b",
    "/a%20b",
    "/\xe9",
    "/\x80",
  ],
  ...["/a?b=c", "/a?b=c;d=e", "/a?b;c&d", "/a?%3b", "/a?", "/a??b", "/a?b=../c", "/a?b=%2f", "/a?b=c#d", "/a#b"],
  ...["/a?x=%zz", "/A%7eb", "/a%2e", "/a/.", "/a.", "/*", "/a:b@c", "/~a/(b)", "/a|b", "/a^b`c", '/"<>', "/{a}"],
];

// Traefik cleans paths at the entry point unless it is told not to.
const variants = {
  "as Traefik is shipped": [],
  "by its fast proxy": [["experimental:\n", "experimental:\n  fastProxy: {}\n"]],
  "with paths left as they are": [
    ["aliasHeadersStrategy: delete", "aliasHeadersStrategy: delete\n      sanitizePath: false"],
    ["allowEncodedHash: true", "allowEncodedHash: true\n        allowEncodedNullCharacter: true"],
  ],
} as const;

for (const [variant, changed] of Object.entries(variants))
  describeWith(await traefik(), `a path, ${variant},`, (program) => {
    let stack: ForwardAuthStack;

    beforeAll(async () => {
      const { replace } = traefikPlugin;
      stack = await ForwardAuthStack.start(
        { ...traefikPlugin, replace: (places) => [...replace(places), ...changed] },
        program,
      );
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    /** The status, and the target as the application got it or as the portal would send the browser back to it. */
    async function ask(name: string, path: string): Promise<[status: number, target: string]> {
      const host = `${name}.zerohop.localhost:${stack.httpsPort}`;
      const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
      const answer = await stack.client.exchange(stack.url(name), request);
      const [, status = "0"] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
      if (status === "200")
        return [200, JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1)).url];
      const way = /^location: \S*[?&]rd=([^&\r]*)/im.exec(answer)?.[1];
      const origin = `https://${host}`;
      return [Number(status), way === undefined ? "" : decodeURIComponent(way).slice(origin.length)];
    }

    test("is decided as the application gets it, or refused", async () => {
      for (const path of paths) {
        const [[open, got], [closed, decided]] = [await ask("public", path), await ask("app", path)];
        if (open === 200) expect([closed, decided], path).toEqual([401, got]);
        else expect([400, 404, 405, 301, 302, 307, 308], `${path}: ${open}`).toContain(open);
      }
    });

    test("of a query with a semicolon is the one with the ampersand that the application gets", async () => {
      expect(await ask("public", "/a?b=c;d=e")).toEqual([200, "/a?b=c&d=e"]);
      expect(await ask("app", "/a?b=c;d=e")).toEqual([401, "/a?b=c&d=e"]);
    });
  });

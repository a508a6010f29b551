// What proxies say in words of their own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { away, busy, denied, refused, unreadable } from "../../../host/proxies/own-words.ts";

const deploy = join(import.meta.dirname, "../../../deploy");
const read = (file: string) => readFileSync(join(deploy, file), "utf8");

test.each(Object.entries({ away, busy, denied, refused, unreadable }))(
  "%s is one line without what ends a quotation, or is read in one, in any proxy's configuration",
  (_, { page, json }) => expect(page + json).not.toMatch(/['`$%\n]/),
);

test("in ingress-nginx's ConfigMap, which is written by hand, are nginx's", () => {
  const [{ data }] = parse(read("ingress-nginx/ingress.yaml")).items;
  const answers = /^location = \/\.zerohop\/(?:away|busy)\.(?:html|json) \{\n(?: {2}.*\n)+\}$/gm;
  const ofNginx = read("nginx/zerohop-server.conf").match(answers);
  expect(ofNginx).toHaveLength(4);
  expect(data["server-snippet"].match(answers)).toEqual(ofNginx);
  // Who is to see a page.
  const patternsIn = (text: string) => /map "\$http_sec_fetch_mode[^}]*\}/.exec(text)![0].match(/"~.*"/g);
  expect(patternsIn(data["http-snippet"])).toEqual(patternsIn(read("nginx/zerohop-http.conf")));
});

// The Compose files, held against the schema that Compose itself reads files by.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { composeText, containers } from "../../../host/proxies/compose.ts";
import { moduleFolderOf } from "../../../workshop/programs/go-program.ts";
import { describeWith, go } from "../../../workshop/programs/needed.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const composeGo = { path: "github.com/compose-spec/compose-go/v2", version: "v2.16.2" };

describeWith(await go(), "a Compose file", () => {
  let mistakesOf: (text: string) => readonly string[];
  beforeAll(async () => {
    const schema = JSON.parse(readFileSync(join(await moduleFolderOf(composeGo), "schema/compose-spec.json"), "utf8"));
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema);
    mistakesOf = (text) =>
      validate(parse(text)) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }, 120_000);

  test("that is no such file is found out", () => {
    expect(mistakesOf("services: { a: { image: a, read_olny: true } }")).not.toEqual([]);
  });

  test.each(globSync("deploy/compose/*.yaml", { cwd: root }))("of %s is one that Compose reads", (file) => {
    expect(mistakesOf(readFileSync(join(root, file), "utf8"))).toEqual([]);
  });

  test.each(Object.keys(containers) as (keyof typeof containers)[])(
    "with %s is one, whatever is wished for",
    (proxy) => {
      const text = composeText({
        ...{ proxy, image: `a:1@sha256:${"0".repeat(64)}`, user: "0:0", ports: { https: 8443, http: undefined } },
        ...{ certificate: { chain: "/a b/c.pem", key: "/a b/c.pem" }, reachesMachine: true },
      });
      expect(mistakesOf(text)).toEqual([]);
    },
  );
});

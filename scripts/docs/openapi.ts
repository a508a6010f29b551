// docs/openapi.yaml: the bodies that operations take are made from the schemas that the routes read them by, and the paths of a folder
// with an openapi.yaml of its own are taken from there. All else in that file is written by hand and left as it is.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import { z } from "zod";
// The service has every route, and with it every body, but for those of second factors, which it loads when it starts.
import "../../host/app/service.ts";
import { factorModules } from "../../host/features/second-factor/factors.ts";
import { jsonBodies } from "../../host/http/body.ts";
import type { JsonSchema } from "../../host/kit/yaml/schema.ts";

for (const { load } of factorModules) await load();

const root = join(import.meta.dirname, "..", "..");

/** The openapi.yaml of each folder that has one: paths, without the bodies of their requests. */
export function readOwnPaths(): readonly string[] {
  const files = globSync("host/**/openapi.yaml", { cwd: root }).sort();
  return files.map((file) => readFileSync(join(root, file), "utf8"));
}

const methods = new Set(["get", "post", "put", "delete"]);

/** The document with its requests and the paths of folders made anew. Throws where it lacks an operation that takes a body. */
export function openApiDocument(text: string, ownPaths: readonly string[] = readOwnPaths()): string {
  const document = parseDocument(text);
  for (const own of ownPaths) {
    const { contents } = parseDocument(own);
    if (!isMap(contents)) throw new Error("an openapi.yaml of a folder is a mapping of paths");
    for (const { key, value } of contents.items) document.setIn(["paths", isScalar(key) ? key.value : key], value);
  }
  const { paths } = document.toJS() as { paths: Record<string, object> };
  for (const [path, item] of Object.entries(paths))
    for (const method of Object.keys(item))
      if (methods.has(method)) document.deleteIn(["paths", path, method, "requestBody"]);
  for (const { operations, schema } of jsonBodies) {
    const { $schema: _, $defs = {}, ...json } = refersToComponents(z.toJSONSchema(schema, { io: "input" }));
    for (const [name, definition] of Object.entries($defs))
      document.setIn(["components", "schemas", name], nodeOf(document, definition));
    // An empty body counts as an empty mapping.
    const required = !schema.safeParse({}).success;
    const body = { ...(required && { required }), content: { "application/json": { schema: json } } };
    for (const operation of operations) addBody(document, operation, nodeOf(document, body));
  }
  return document.toString({ lineWidth: 0 }).replaceAll(/\[ (.*?) \]/g, "[$1]");
}

/** Puts a body where its readers look for it: before the responses. */
function addBody(document: Document, operation: string, body: unknown): void {
  const [method = "", path = ""] = operation.split(" ");
  const node = document.getIn(["paths", path, method.toLowerCase()]);
  if (!isMap(node)) throw new Error(`docs/openapi.yaml lacks ${operation}, as does every host/**/openapi.yaml`);
  const responses = node.items.findIndex(({ key }) => isScalar(key) && key.value === "responses");
  node.items.splice(responses, 0, document.createPair("requestBody", body));
}

/** What has a name stands among the document's components. */
function refersToComponents(json: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** A value as the document writes it: what holds no further mapping is on one line. */
function nodeOf(document: Document, value: unknown) {
  const node = document.createNode(value);
  visit(node, {
    Collection(_, collection) {
      const children = isSeq(collection)
        ? collection.items
        : isMap(collection)
          ? collection.items.map(({ value }) => value)
          : [];
      collection.flow = children.every((child) => !isMap(child));
    },
  });
  return node;
}

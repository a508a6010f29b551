// docs/openapi.yaml, and whether an answer of the host is one that it describes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { parse } from "yaml";

interface Operation {
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface ResponseObject {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: { readonly "application/json": { readonly schema: object } };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, ResponseObject>> };
}

export interface DescribedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const document: Document = parse(readFileSync(join(import.meta.dirname, "../../docs/openapi.yaml"), "utf8"));
const methods = ["get", "put", "post", "delete"];
// The document's own keywords are no schema's; its formats are told to people.
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, "openapi");
const validators = new Map<string, ValidateFunction>();

/** Every operation, as `POST /api/user/sessions/{id}`. */
export const operations: readonly string[] = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
);

/** What the document says of an operation's body; undefined where it takes none. */
export function requestBodyOf(operation: string): object | undefined {
  const [method = "", path = ""] = operation.split(" ");
  return document.paths[path]?.[method.toLowerCase()]?.requestBody;
}

/** Why an answer to a request is not as described; undefined when it is, or when the document does not speak of it. */
export function deviation(method: string, target: string, answer: DescribedAnswer): string | undefined {
  const path = templateOf(target.split("?", 1)[0]!);
  const operation = path && document.paths[path]?.[method.toLowerCase()];
  // An answer to a person is a page.
  const type = String(answer.headers["content-type"] ?? "");
  if (!operation || !type.startsWith("application/json")) return undefined;
  const key = String(answer.status) in operation.responses ? String(answer.status) : "default";
  const response = resolve(operation.responses[key]!);
  for (const name of Object.keys(response.headers ?? {}))
    if (!(name.toLowerCase() in answer.headers)) return `${method} ${path}: ${answer.status} has no ${name}`;
  // What the document does not name as a success is a refusal to it.
  const validate = validatorOf(response);
  if (validate(JSON.parse(answer.body))) return undefined;
  return `${method} ${path}: ${answer.status} ${answer.body}: ${ajv.errorsText(validate.errors)}`;
}

function templateOf(path: string): string | undefined {
  if (path in document.paths) return path;
  return Object.keys(document.paths).find((template) => {
    const pattern = template.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(path);
  });
}

function resolve(response: ResponseObject): ResponseObject {
  return response.$ref === undefined ? response : document.components.responses[response.$ref.split("/").at(-1)!]!;
}

function validatorOf({ content }: ResponseObject): ValidateFunction {
  const { schema } = content!["application/json"];
  const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
  let validate = validators.get(text);
  if (!validate) {
    validate = ajv.compile(JSON.parse(text));
    validators.set(text, validate);
  }
  return validate;
}

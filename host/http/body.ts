// Request bodies: read whole, up to a limit, and only in the form a route expects.
import { z } from "zod";
import type { RequestContext } from "./environment.ts";
import { refuse } from "./problems.ts";

/** A login is a few hundred bytes, with a long `rd` a few thousand. Bytes. */
const limit = 64 * 1024;

/** The fields of an HTML form; of a field given twice the first counts. */
export async function readForm(c: RequestContext): Promise<URLSearchParams> {
  if (contentType(c) !== "application/x-www-form-urlencoded") throw refuse(415, "The form must be URL-encoded.");
  return new URLSearchParams(await readBody(c));
}

/** A body of this media type as it is. */
export async function readText(c: RequestContext, type: string): Promise<string> {
  if (contentType(c) !== type) throw refuse(415, `The body must be ${type}.`);
  return readBody(c);
}

/** A JSON body of the API, and the operations that take it, each as `POST /api/logout`. */
export interface JsonBody<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly operations: readonly string[];
  readonly schema: z.ZodObject<Shape>;
}

/** Every JSON body, for docs/openapi.yaml, whose requests are made from them. */
export const jsonBodies: JsonBody[] = [];

export function jsonBody<Shape extends z.ZodRawShape>(operations: readonly string[], shape: Shape): JsonBody<Shape> {
  const body = { operations, schema: z.object(shape) };
  jsonBodies.push(body as unknown as JsonBody);
  return body;
}

export const targetUrl = z.string().nullish().meta({
  id: "TargetUrl",
  description: "Where the visitor was going; followed only to an https or wss URL inside the cookie domain.",
});

export const typedCode = z
  .string()
  .min(1)
  .max(64)
  .meta({ id: "Code", description: "As people type it, spaces and all." });

/** Reads a JSON body. An empty one counts as `{}`. */
export async function readJson<Shape extends z.ZodRawShape>(
  c: RequestContext,
  { schema }: JsonBody<Shape>,
): Promise<z.output<z.ZodObject<Shape>>> {
  const text = await readBody(c);
  if (text !== "" && contentType(c) !== "application/json") throw refuse(415, "The body must be application/json.");
  let value: unknown;
  try {
    value = JSON.parse(text === "" ? "{}" : text);
  } catch {
    throw refuse(400, "The body is not valid JSON.");
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refuse(400, `The body is wrong at "${issue!.path.join(".")}": ${issue!.message}.`);
  }
  return result.data;
}

/** The media type of a request's body, without parameters. */
export function contentType(c: RequestContext): string | undefined {
  return c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
}

async function readBody(c: RequestContext): Promise<string> {
  const tooLarge = () => refuse(413, `A request may carry ${limit / 1024} KiB.`);
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refuse(400, "The body is not UTF-8 text.");
  }
}

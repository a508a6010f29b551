// Reads the subject of a gate's question: a session token or a Basic credential.
import { readText } from "../../http/body.ts";
import type { RequestContext } from "../../http/environment.ts";

/**
 * Reads it from its header, or, as gates before 0.2 send it, from a body of this media type. It stands in a header because
 * ngx_wasm_module does not send the answer to a request whose call had a body. Its length is bounded by that of all headers.
 */
export async function readQuestion(c: RequestContext, header: string, bodyType: string): Promise<string> {
  return c.req.header(header) ?? (await readText(c, bodyType));
}

// What the JSON API takes to pass a factor by a code that is typed, in Authelia's form.
import { jsonBody, targetUrl, typedCode } from "../../http/body.ts";

export type CodeBody = ReturnType<typeof codeBody>;

/** `name`: the factor's. */
export function codeBody(name: string) {
  return jsonBody([`POST /api/secondfactor/${name}`], { token: typedCode, targetURL: targetUrl });
}

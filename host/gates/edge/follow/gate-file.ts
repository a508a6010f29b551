// What `zerohop gate config` printed, as far as whoever fetches bundles needs it: where the host is, what to show it, and whose
// signature to believe.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { HostError } from "../../../kit/errors.ts";
import { publicKeyFrom } from "../../../session/signing-key.ts";
import type { RootKey } from "./verify-bundle.ts";

export interface GateFile {
  readonly rootKeys: readonly RootKey[];
  readonly edgeToken: string;
  /** `host[:port]` of the portal. */
  readonly authority: string;
}

const schema = z.object({
  root_keys: z.array(z.object({ kid: z.string().min(1), x: z.string().refine(isPublicKey) })).min(1),
  edge_token: z.string().regex(/^zhe_[A-Za-z0-9_-]{43}$/),
  host_authority: z.string().min(1),
});

/** Throws HostError "invalid_file". The message names the member, never what is in it. */
export function readGateFile(file: string): GateFile {
  const { success, data, error } = schema.safeParse(parse(file));
  if (!success) {
    const [issue] = error.issues;
    const path = issue?.path.join(".");
    throw new HostError(
      "invalid_file",
      `${file}: ${path ? `${path}: ` : ""}is not as \`zerohop gate config\` prints it; make the file anew with that`,
    );
  }
  return { rootKeys: data.root_keys, edgeToken: data.edge_token, authority: data.host_authority };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw new HostError("invalid_file", `${file} can't be read: ${(error as Error).message}`);
  }
}

function isPublicKey(x: string): boolean {
  try {
    return publicKeyFrom(x) !== undefined;
  } catch {
    return false;
  }
}

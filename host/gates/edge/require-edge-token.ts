// Lets only gates in: they show an edge token (RFC 6750). The protocol that each speaks is compared with the host's.
import { createMiddleware } from "hono/factory";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import type { Dependencies } from "./dependencies.ts";
import type { KnownGates } from "./known-gates.ts";
import { Protocols, protocol, protocolHeader } from "./protocol.ts";

export function requireEdgeToken(
  { countMismatch, log }: Pick<Dependencies, "countMismatch" | "log">,
  gates: Pick<KnownGates, "nameOf">,
) {
  const protocols = new Protocols("gate", log);
  return createMiddleware<Environment>(async (c, next) => {
    const gate = await gates.nameOf(c.req.header("authorization"));
    if (gate === undefined) {
      c.header("WWW-Authenticate", 'Bearer realm="edge"');
      throw refuse(401, "An edge token is needed: zerohop gate config makes one.");
    }
    c.header(protocolHeader, String(protocol));
    const other = protocols.mismatch(c.req.header(protocolHeader), { edge_token: gate });
    if (other !== undefined) countMismatch(other);
    await next();
  });
}

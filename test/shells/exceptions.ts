// Where a shell answers otherwise than gate.wasm, each for a reason that its documentation gives. What is not here is the same.
import { METHODS } from "node:http";
import type { Outcome } from "./outcome.ts";
import type { TableRequest } from "./requests.ts";
import type { Shell } from "./shells.ts";

/** A gate to compare with: gate.wasm, and gate.wasm without a host. */
export interface Gates {
  readonly gate: Shell;
  readonly alone: Shell;
}

/** What a shell comes to in place of what the gate does; undefined where the exception does not apply. */
type Instead = (request: TableRequest, expected: Outcome, gates: Gates) => Promise<Outcome | undefined>;

export interface Exception {
  readonly shells: readonly string[];
  readonly reason: string;
  readonly instead: Instead;
}

const isForeign = (value: string | undefined) => !!value && !/^(basic[ \t]|bearer\b)/i.test(value);
const leavesBasic = ({ authority }: TableRequest) => authority.startsWith("own.");

export const exceptions: readonly Exception[] = [
  {
    shells: ["plugin.wasm"],
    reason:
      "It can ask nobody: it knows no credentials, and no lease after the one that it is shown (docs/traefik.md).",
    instead: (request, _expected, { alone }) => alone(request),
  },
  {
    shells: ["forward-auth", "ext-authz"],
    reason:
      "X-Forwarded-URI may be empty or a query alone, as it is in a URL; in a request to a gate there is always a path.",
    instead: async (request, _expected, { gate }) =>
      request.path.startsWith("?") ? gate({ ...request, path: `/${request.path}` }) : undefined,
  },
  {
    shells: ["ext-authz"],
    reason:
      "The request line has the method and the target. In it node:http takes no bytes beyond ASCII and no method that it does not know.",
    instead: async ({ method, path }) =>
      /[\x80-\xff]/.test(path) || !METHODS.includes(method) ? { kind: "refused" } : undefined,
  },
  {
    shells: ["verify"],
    reason: "Authorization is the application's unless the proxy asks with auth=basic (docs/forward-auth.md).",
    instead: async (request, _expected, { gate }) => {
      if (request.authorization === undefined) return undefined;
      const outcome = await gate({ ...request, authorization: undefined });
      return outcome.kind === "allowed" ? { ...outcome, onward: ["authorization", ...outcome.onward!] } : outcome;
    },
  },
  {
    shells: ["verify"],
    reason:
      "It sends whoever has to log in to the portal that `rd` names, and asks for no credentials without auth=basic.",
    instead: async (request, expected, { alone }) =>
      expected.kind === "challenge" ? alone({ ...request, cookie: undefined }) : undefined,
  },
  {
    shells: ["forward-auth", "auth-request", "ext-authz"],
    reason: "Without a session Authelia asks for Basic where it cannot read the scheme that was sent.",
    instead: async (request, expected) => {
      if (expected.kind !== "login" || request.hasSession || leavesBasic(request)) return undefined;
      if (isForeign(request.proxyAuthorization)) return { kind: "challenge", status: 407 };
      return isForeign(request.authorization) ? { kind: "challenge", status: 401 } : undefined;
    },
  },
  {
    shells: ["auth-request"],
    reason: "nginx knows no other answer than 401 and 403: it has the Location, or the challenge, from a 401.",
    instead: async (_request, expected) =>
      expected.kind === "login" || expected.kind === "challenge" ? { ...expected, status: 401 } : undefined,
  },
];

// Whether the host can answer, and what has become of the files that it follows. What a mistake in one says, with its place,
// is for the operator: everybody else sees that there is one.
import { Hono } from "hono";
import type { Environment } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import type { OperatorCheck } from "../../http/operator-check.ts";
import type { FileStatus } from "../../kit/files/file-status.ts";
import type { SessionStore } from "../../session/store.ts";

export interface Dependencies {
  readonly sessionStore: Pick<SessionStore, "notBefore">;
  /** The files that the running host follows. */
  readonly followed: Readonly<Record<string, { readonly status: FileStatus }>>;
  readonly isOperator: OperatorCheck;
}

export function health({ sessionStore, followed, isOperator }: Dependencies): Feature {
  const app = new Hono<Environment>();

  app.get("/", async (c) => {
    // Any question will do: what counts is that the database answers.
    await sessionStore.notBefore("");
    const isTold = isOperator(c);
    const files = Object.entries(followed).map(([name, { status }]) => [
      name,
      isTold ? status : { status: status.status },
    ]);
    return c.json({ status: "OK", ...Object.fromEntries(files) });
  });

  // Whether the process answers at all, which no database has a part in: a restart would not bring one back.
  app.get("/live", (c) => c.json({ status: "OK" }));

  return { machineRoutes: [{ path: "/api/health", app }] };
}

// The static code of a user as a second factor.
import { codeBody } from "../../../../host/features/second-factor/code-body.ts";
import type { Factor, FactorParts } from "../../../../host/features/second-factor/factor.ts";
import type { StaticCodesConfig } from "./config.ts";
import { staticCodePages } from "./pages/index.ts";
import { staticCodeRoutes } from "./routes.ts";
import { StaticCodes } from "./static-codes.ts";
import { StaticCodeStore } from "./store.ts";

/** The method (RFC 8176) of a session that it raised. */
const method = "pin";

const body = codeBody("static");

export function create(config: StaticCodesConfig, { database, clock }: FactorParts): Factor {
  const codes = new StaticCodes(config, new StaticCodeStore(database), clock);
  const factor: Factor = {
    name: "static",
    auditName: "static code",
    methods: [method],
    pages: staticCodePages(codes),
    async credentialsOf(username) {
      const since = await codes.since(username);
      return since === undefined ? [] : [{ id: String(since), amr: [method] }];
    },
    isUsable: async (username) => (await codes.since(username)) !== undefined,
    code: { body, verify: (username, code) => codes.verify(username, code) },
    routes: (dependencies) => staticCodeRoutes(codes, factor, dependencies),
  };
  return factor;
}

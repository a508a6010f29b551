// A visitor's own account: what features show of it, and the browsers that they are logged in with.
import type { AccountPart } from "../../http/account-part.ts";
import type { Feature } from "../../http/feature.ts";
import { accountApi } from "./api.ts";
import type { Dependencies } from "./dependencies.ts";
import { accountRoutes } from "./routes.ts";

/** `parts`: what features add to the account, in the order in which the page shows it. */
export function account(parts: readonly AccountPart[], dependencies: Dependencies): Feature {
  return {
    routes: [
      { path: "/api/user", app: accountApi(parts, dependencies) },
      { path: "/account", app: accountRoutes(parts, dependencies) },
    ],
  };
}

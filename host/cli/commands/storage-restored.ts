// Makes a restored database safe to use: what was revoked after the backup was made is not in it, and gates have seen later
// bundles than it knows of.

import { userInfo } from "node:os";
import { Audit } from "../../audit/audit.ts";
import { AuditStore } from "../../audit/store.ts";
import { BundleVersions } from "../../gates/edge/bundle-versions.ts";
import { systemClock } from "../../kit/clock.ts";
import { type Command, configOption } from "../command.ts";
import { openKeyring, withDatabase } from "../open.ts";

/** More bundles than anybody publishes between a backup and its return. */
const skippedVersions = 1_000_000;

export const command: Command = {
  options: { config: configOption },
  run: (args) =>
    withDatabase(args, async (database, config) => {
      await new BundleVersions(database).skip(skippedVersions);
      const { kid, ended } = await (await openKeyring(database, config)).revokeSessionKeys();
      const detail = { kid, revoked: true, sessions: ended, operator: userInfo().username, reason: "backup restored" };
      await new Audit(new AuditStore(database), systemClock).record({ action: "key rotation", by: "operator", detail });
      console.log(`${kid}\nended: ${ended}`);
      return 0;
    }),
};

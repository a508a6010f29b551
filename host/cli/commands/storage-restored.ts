// Makes a restored database safe to use: what was revoked after the backup was made is not in it, and gates have seen later
// bundles than it knows of.
import { userInfo } from "node:os";
import { Audit } from "../../audit/audit.ts";
import { systemClock } from "../../kit/clock.ts";
import { type Command, configOption } from "../command.ts";
import { openKeyring, withStore } from "../open.ts";

/** More bundles than anybody publishes between a backup and its return. */
const skippedVersions = 1_000_000;

export const command: Command = {
  options: { config: configOption },
  run: (args) =>
    withStore(args, async (store, config) => {
      await store.skipBundleVersions(skippedVersions);
      const { kid, ended } = await (await openKeyring(store, config)).revokeSessionKeys();
      const detail = { kid, revoked: true, sessions: ended, operator: userInfo().username, reason: "backup restored" };
      await new Audit(store.audit, systemClock).record({ action: "key rotation", by: "operator", detail });
      console.log(`${kid}\nended: ${ended}`);
      return 0;
    }),
};

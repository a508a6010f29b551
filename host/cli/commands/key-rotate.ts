// Replaces the key that signs session tokens. A running host takes the new one within a fraction of a second.
import { userInfo } from "node:os";
import { Audit } from "../../audit/audit.ts";
import { systemClock } from "../../clock.ts";
import { type Command, configOption } from "../command.ts";
import { openKeyring, withStore } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  run: (args) =>
    withStore(args, async (store, config) => {
      const keyring = await openKeyring(store, config);
      const kid = await keyring.rotateSessionKey();
      const detail = { kid, operator: userInfo().username };
      await new Audit(store.audit, systemClock).record({ action: "key rotation", by: "operator", detail });
      console.log(kid);
      return 0;
    }),
};

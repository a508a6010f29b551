// Replaces the key that signs session tokens. A running host takes the new one within a fraction of a second.
import { userInfo } from "node:os";
import { Audit } from "../../audit/audit.ts";
import { systemClock } from "../../clock.ts";
import { type Command, configOption } from "../command.ts";
import { openKeyring, withStore } from "../open.ts";

export const command: Command = {
  options: {
    config: configOption,
    revoke: { type: "boolean", help: "believe no older key any more, at once: everybody has to log in again" },
  },
  run: (args) =>
    withStore(args, async (store, config) => {
      const keyring = await openKeyring(store, config);
      const audit = new Audit(store.audit, systemClock);
      const operator = userInfo().username;
      if (!args.options.revoke) {
        const kid = await keyring.rotateSessionKey();
        await audit.record({ action: "key rotation", by: "operator", detail: { kid, operator } });
        console.log(kid);
        return 0;
      }
      const { kid, ended } = await keyring.revokeSessionKeys();
      const detail = { kid, revoked: true, sessions: ended, operator };
      await audit.record({ action: "key rotation", by: "operator", detail });
      console.log(`${kid}\nended: ${ended}`);
      return 0;
    }),
};

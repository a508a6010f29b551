// Replaces the key that signs session tokens. A running host takes the new one within a fraction of a second.
import { type Command, configOption } from "../command.ts";
import { openKeyring, withDatabase } from "../open.ts";
import { recordOperation } from "../record-operation.ts";

export const command: Command = {
  options: {
    config: configOption,
    revoke: { type: "boolean", help: "believe no older key any more, at once: everybody has to log in again" },
  },
  run: (args) =>
    withDatabase(args, async (database, config) => {
      const keyring = await openKeyring(database, config);
      if (!args.options.revoke) {
        const kid = await keyring.rotateSessionKey();
        await recordOperation(database, { action: "key rotation", detail: { kid } });
        console.log(kid);
        return 0;
      }
      const { kid, ended } = await keyring.revokeSessionKeys();
      await recordOperation(database, { action: "key rotation", detail: { kid, revoked: true, sessions: ended } });
      console.log(`${kid}\nended: ${ended}`);
      return 0;
    }),
};

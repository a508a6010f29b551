// Replaces the key that signs session tokens. A running host takes the new one within a fraction of a second.
import { type Command, configOption } from "../command.ts";
import { openKeyring, withStore } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  run: (args) =>
    withStore(args, async (store, config) => {
      const keyring = await openKeyring(store, config);
      console.log(await keyring.rotateSessionKey());
      return 0;
    }),
};

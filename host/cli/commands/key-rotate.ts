// Replaces the key that signs session tokens. A running host has the new one within a fraction of a second, and signs with it once gates have it too.
import { revokeSessionKeys, rotateSessionKey } from "../../operations/keys.ts";
import { commandOf, configOption, flagOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    revoke: flagOption("believe no older key any more, at once: everybody has to log in again"),
  },
  examples: [
    "zerohop key rotate --config /etc/zerohop/zerohop.yml",
    "zerohop key rotate --config /etc/zerohop/zerohop.yml --revoke",
  ],
  run: (args) =>
    asOperator(args, async (operator) => {
      if (args.options.revoke) {
        const { kid, ended } = await revokeSessionKeys(operator);
        console.log(`${kid}\nended: ${ended}`);
      } else console.log(await rotateSessionKey(operator));
      return 0;
    }),
});

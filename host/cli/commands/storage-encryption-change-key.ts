// Encrypts everything in the database with another key. Hosts have to be stopped.
import { changeEncryptionKey } from "../../operations/storage.ts";
import { commandOf, configOption } from "../command.ts";
import { newEncryptionKey, newKeyFileOption } from "../new-encryption-key.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: { config: configOption, "new-key-file": newKeyFileOption },
  examples: [
    "zerohop storage encryption change-key --config /etc/zerohop/zerohop.yml --new-key-file /etc/zerohop/new-key",
  ],
  run: async (args) => {
    const key = await newEncryptionKey(args.options["new-key-file"]);
    return asOperator(args, async (operator) => {
      console.error("Looking whether a host is running ...");
      console.log(`encrypted anew: ${await changeEncryptionKey(operator, key)}`);
      console.error("Put the new key into the config before a host starts.");
      return 0;
    });
  },
});

// Encrypts everything in the database with another key, in one step: whatever interrupts it, either the old key is right or
// the new one. Hosts have to be stopped; one that starts at the wrong moment notices, and stops by itself.

import { userInfo } from "node:os";
import { Audit } from "../../audit/audit.ts";
import { AuditStore } from "../../audit/store.ts";
import { systemClock } from "../../kit/clock.ts";
import { KeyEncryption } from "../../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../../kit/encryption/store.ts";
import { HostError } from "../../kit/errors.ts";
import { isHostUp } from "../../session/outage.ts";
import { OutageStore } from "../../session/outage-store.ts";
import { type Command, configOption } from "../command.ts";
import { newEncryptionKey, newKeyFileOption } from "../new-encryption-key.ts";
import { openEncryption, withDatabase } from "../open.ts";

export const command: Command = {
  options: { config: configOption, "new-key-file": newKeyFileOption },
  run: async (args) => {
    const key = await newEncryptionKey(args);
    return withDatabase(args, async (database, config) => {
      if (key === config.storage.encryptionKey) throw new HostError("usage", "the new key is the one in the config");
      const encryption = await openEncryption(database, config).catch(async (error: HostError) => {
        const changed = await KeyEncryption.open(new EncryptionStore(database), key).catch(() => undefined);
        if (!changed) throw error;
        throw new HostError(
          "encryption_key",
          "the database is encrypted with the new key already; put it into the config",
        );
      });
      console.error("Looking whether a host is running ...");
      if (await isHostUp(new OutageStore(database), systemClock))
        throw new HostError("storage", "a host is using the database; stop all hosts and try again");
      const count = await encryption.change(key);
      const detail = { values: count, operator: userInfo().username };
      await new Audit(new AuditStore(database), systemClock).record({
        action: "encryption key change",
        by: "operator",
        detail,
      });
      console.log(`encrypted anew: ${count}`);
      console.error("Put the new key into the config before a host starts.");
      return 0;
    });
  },
};

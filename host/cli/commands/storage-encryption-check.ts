// Decrypts everything in the database that is encrypted, and says what cannot be.
import { type Command, configOption } from "../command.ts";
import { openEncryption, withDatabase } from "../open.ts";
import { printTable } from "../text-table.ts";

export const command: Command = {
  options: { config: configOption },
  run: (args) =>
    withDatabase(args, async (database, config) => {
      const { opened, broken } = await (await openEncryption(database, config)).check();
      printTable([["ENCRYPTED", "VALUES"], ...[...opened].map(([column, count]) => [column, String(count)])]);
      for (const { column, row } of broken) console.error(`${column} of ${row} cannot be decrypted`);
      return broken.length === 0 ? 0 : 1;
    }),
};

// Decrypts everything in the database that is encrypted, and says what cannot be.
import { checkEncryption } from "../../operations/storage.ts";
import { commandOf, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable } from "../text-table.ts";

export const command = commandOf({
  options: { config: configOption },
  examples: ["zerohop storage encryption check --config /etc/zerohop/zerohop.yml"],
  run: async (args) => {
    const { opened, broken } = await asOperator(args, checkEncryption);
    printTable([["ENCRYPTED", "VALUES"], ...[...opened].map(([column, count]) => [column, String(count)])]);
    for (const { column, row } of broken) console.error(`${column} of ${row} cannot be decrypted`);
    return broken.length === 0 ? 0 : 1;
  },
});

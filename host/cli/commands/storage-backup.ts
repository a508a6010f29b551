// Copies the SQLite database, also while the host runs.
import { backUpDatabase } from "../../operations/storage.ts";
import { commandOf, configOption, onlyPositional } from "../command.ts";
import { openConfig } from "../open.ts";

export const command = commandOf({
  options: { config: configOption },
  positionals: "FILE",
  examples: ["zerohop storage backup --config /etc/zerohop/zerohop.yml /var/backups/zerohop.sqlite3"],
  async run(args) {
    const file = onlyPositional(args, "name one file to write");
    backUpDatabase(openConfig(args).config, file);
    console.log(file);
    return 0;
  },
});

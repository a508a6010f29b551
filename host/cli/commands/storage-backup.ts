// Copies the SQLite database, also while the host runs.
import { HostError } from "../../kit/errors.ts";
import { backUpDatabase } from "../../operations/storage.ts";
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "FILE",
  examples: ["zerohop storage backup --config /etc/zerohop/zerohop.yml /var/backups/zerohop.sqlite3"],
  async run(args) {
    const [file, ...others] = args.positionals;
    if (file === undefined || others.length > 0) throw new HostError("usage", "name one file to write");
    backUpDatabase(openConfig(args).config, file);
    console.log(file);
    return 0;
  },
};

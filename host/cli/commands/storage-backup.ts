// Copies the SQLite database, also while the host runs.
import { HostError } from "../../kit/errors.ts";
import { backUp } from "../../kit/sql/sqlite/backup.ts";
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "FILE",
  async run(args) {
    const [file, ...others] = args.positionals;
    if (file === undefined || others.length > 0) throw new HostError("usage", "name one file to write");
    const { local } = openConfig(args).config.storage;
    if (!local) throw new HostError("usage", "the data is in PostgreSQL; back it up with pg_dump");
    backUp(local.path, file);
    console.log(file);
    return 0;
  },
};

// Makes a restored database safe to use, before a host starts with it.
import { acceptRestored } from "../../operations/storage.ts";
import { commandOf, configOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: { config: configOption },
  examples: ["zerohop storage restored --config /etc/zerohop/zerohop.yml"],
  run: async (args) => {
    const { kid, ended } = await asOperator(args, acceptRestored);
    console.log(`${kid}\nended: ${ended}`);
    return 0;
  },
});

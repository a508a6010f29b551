// Sets a user's password. Whoever is logged in with the old one is not any more.
import { listUsers, setPassword } from "../../operations/users.ts";
import { commandOf, configOption, onlyPositional } from "../command.ts";
import { newPassword, passwordStdinOption, warnOfWeakness } from "../new-password.ts";
import { asOperator, openConfig } from "../open.ts";

export const command = commandOf({
  options: { config: configOption, "password-stdin": passwordStdinOption },
  positionals: "NAME",
  examples: ["zerohop user password --config /etc/zerohop/zerohop.yml alice"],
  async run(args) {
    const name = onlyPositional(args, "name one user");
    const { config } = openConfig(args);
    const known = listUsers(config).find(({ user }) => user.name === name)?.user;
    const password = await newPassword(args.options["password-stdin"]);
    await warnOfWeakness(password, config, known ?? { name });
    const ended = await asOperator(args, (operator) => setPassword(operator, name, password));
    console.log(`changed: ${name}, sessions ended: ${ended}`);
    return 0;
  },
});

// Adds a user to the users file.
import { addUsers, usersFileOf } from "../../operations/users.ts";
import { commandOf, configOption, onlyPositional, textOption } from "../command.ts";
import { newPassword, passwordStdinOption, warnOfWeakness } from "../new-password.ts";
import { asOperator, openConfig } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    "display-name": textOption("TEXT", "the name to show"),
    email: textOption("ADDRESS", "the e-mail address"),
    groups: textOption("A,B", "the user's groups, separated by commas"),
    "password-stdin": passwordStdinOption,
  },
  positionals: "NAME",
  examples: [
    "zerohop user add --config /etc/zerohop/zerohop.yml alice --display-name 'Alice Liddell' --email alice@example.com --groups admins,dev",
  ],
  async run(args) {
    const name = onlyPositional(args, "name one user");
    const { config } = openConfig(args);
    usersFileOf(config);
    const { "display-name": displayName, email, groups } = args.options;
    const password = await newPassword(args.options["password-stdin"]);
    await warnOfWeakness(password, config, { name, displayName, email });
    const keys = {
      ...(displayName !== undefined && { displayname: displayName }),
      ...(email !== undefined && { email }),
      ...(groups !== undefined && { groups: groups.split(",") }),
    };
    await asOperator(args, (operator) => addUsers(operator, [{ name, keys, password }]));
    console.log(`added: ${name}`);
    return 0;
  },
});

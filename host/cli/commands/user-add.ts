// Adds a user to the users file.
import type { UserKeys } from "../../identity/users-file-editor.ts";
import { addUsers, usersFileOf } from "../../operations/users.ts";
import { type Arguments, type Command, configOption } from "../command.ts";
import { newPassword, passwordStdinOption, warnOfWeakness } from "../new-password.ts";
import { asOperator, openConfig } from "../open.ts";
import { nameIn } from "../user-names.ts";

export const command: Command = {
  options: {
    config: configOption,
    "display-name": { type: "string", value: "TEXT", help: "the name to show" },
    email: { type: "string", value: "ADDRESS", help: "the e-mail address" },
    groups: { type: "string", value: "A,B", help: "the user's groups, separated by commas" },
    "password-stdin": passwordStdinOption,
  },
  positionals: "NAME",
  examples: [
    "zerohop user add --config /etc/zerohop/zerohop.yml alice --display-name 'Alice Liddell' --email alice@example.com --groups admins,dev",
  ],
  async run(args) {
    const name = nameIn(args);
    const { config } = openConfig(args);
    usersFileOf(config);
    const keys = profileIn(args);
    const password = await newPassword(args);
    await warnOfWeakness(password, config, { name, ...personIn(keys) });
    await asOperator(args, (operator) => addUsers(operator, [{ name, keys, password }]));
    console.log(`added: ${name}`);
    return 0;
  },
};

function profileIn({ options }: Arguments): UserKeys {
  const { "display-name": displayname, email, groups } = options;
  return {
    ...(displayname === undefined ? {} : { displayname: String(displayname) }),
    ...(email === undefined ? {} : { email: String(email) }),
    ...(groups === undefined ? {} : { groups: String(groups).split(",") }),
  };
}

function personIn({ displayname, email }: UserKeys) {
  return {
    ...(displayname === undefined ? {} : { displayName: String(displayname) }),
    ...(email === undefined ? {} : { email: String(email) }),
  };
}

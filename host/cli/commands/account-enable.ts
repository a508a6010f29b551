// Lets the owners of disabled accounts sign in again.
import { enableAccounts } from "../../operations/accounts.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop account enable --config /etc/zerohop/zerohop.yml bob@company",
  done: "enabled",
  change: enableAccounts,
});

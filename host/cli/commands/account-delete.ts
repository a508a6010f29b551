// Removes accounts with their second factors, and ends their sessions.
import { deleteAccounts } from "../../operations/accounts.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop account delete --config /etc/zerohop/zerohop.yml bob@company",
  done: "deleted",
  change: deleteAccounts,
});

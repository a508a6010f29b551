// Disables accounts: their owners cannot sign in, and their sessions end at once.
import { disableAccounts } from "../../operations/accounts.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop account disable --config /etc/zerohop/zerohop.yml bob@company",
  done: "disabled",
  change: disableAccounts,
});

// Lets disabled users log in again.
import { enableUsers } from "../../operations/users.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop user enable --config /etc/zerohop/zerohop.yml bob",
  done: "enabled",
  change: enableUsers,
});

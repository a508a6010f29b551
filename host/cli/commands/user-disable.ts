// Disables users: they cannot log in, and their sessions end at once.
import { disableUsers } from "../../operations/users.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop user disable --config /etc/zerohop/zerohop.yml bob",
  done: "disabled",
  change: disableUsers,
});

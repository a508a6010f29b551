// Takes users out of the users file; their sessions end at once, and their second factors are removed.
import { deleteUsers } from "../../operations/users.ts";
import { namesCommand } from "../names-command.ts";

export const command = namesCommand({
  example: "zerohop user delete --config /etc/zerohop/zerohop.yml bob",
  done: "deleted",
  change: deleteUsers,
});

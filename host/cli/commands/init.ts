// Lays out a site: the host's configuration, its keys, the first user, and the proxy's finished configuration.

import { usage } from "../../kit/errors.ts";
import { commandOf } from "../command.ts";
import { answersFrom, initOptions } from "../init/answers.ts";
import { laidOut } from "../init/lay-out.ts";
import { nextSteps } from "../init/next-steps.ts";

export const command = commandOf({
  options: initOptions,
  examples: [
    "zerohop init",
    "zerohop init --yes --domain example.com --app app.example.com=http://127.0.0.1:8000 --proxy nginx --user alice",
    "zerohop init --yes --domain example.com --app app.example.com=http://127.0.0.1:8000 --proxy caddy --user alice --certificate /etc/ssl/example.pem --key /etc/ssl/example.key --output /etc/zerohop --systemd-user zerohop",
    "zerohop init --yes --domain example.com --app app.example.com=http://app:8000 --proxy traefik --user alice --compose",
  ],
  async run(args) {
    const answers = await answersFrom(args.options);
    const site = await laidOut(answers, args.options.force).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EACCES" && error.code !== "EROFS") throw error;
      throw usage(`you may not write ${error.path ?? answers.folder}: name another folder with --output`);
    });
    console.log(nextSteps(answers, site));
    return 0;
  },
});

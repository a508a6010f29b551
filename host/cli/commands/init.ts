// Lays out a site: the host's configuration, its keys, the first user, and the proxy's finished configuration.

import type { Command } from "../command.ts";
import { answersFrom, policies, proxyChoices } from "../init/answers.ts";
import { laidOut } from "../init/lay-out.ts";
import { nextSteps } from "../init/next-steps.ts";
import { passwordStdinOption } from "../new-password.ts";

export const command: Command = {
  options: {
    output: { type: "string", value: "DIR", help: "the folder to write into (default: zerohop)" },
    domain: { type: "string", value: "DOMAIN", help: "the domain of the applications, such as example.com" },
    portal: {
      type: "string",
      value: "HOST[:PORT]",
      help: "the portal's host, and the port that visitors come to (default: auth.DOMAIN, 443)",
    },
    app: {
      type: "string",
      value: "HOST=URL",
      multiple: true,
      help: "an application: its host names, with commas between them, and where it is: http://, https:// or h2c://",
    },
    policy: {
      type: "string",
      value: policies.join("|"),
      help: "what the applications ask of visitors (default: one_factor)",
    },
    proxy: { type: "string", value: proxyChoices.join("|"), help: "the proxy to write the configuration of" },
    user: { type: "string", value: "NAME", help: "the first user, who may use the applications" },
    email: { type: "string", value: "ADDRESS", help: "the user's e-mail address (default: NAME@DOMAIN)" },
    "password-stdin": passwordStdinOption,
    certificate: {
      type: "string",
      value: "FILE",
      help: "the certificate chain for all hosts (default: one for trying is made)",
    },
    key: { type: "string", value: "FILE", help: "its private key" },
    address: {
      type: "string",
      value: "IP:PORT",
      help: "where the host listens for the proxy (default: 127.0.0.1:9091)",
    },
    http: {
      type: "string",
      value: "PORT",
      help: "what leads from plain HTTP to HTTPS; off: nothing does (default: 80)",
    },
    "systemd-user": {
      type: "string",
      value: "USER",
      help: "write a systemd unit too, by which the host runs as this user of the system",
    },
    compose: {
      type: "boolean",
      help: "write a Compose file too, by which host and proxy run as containers",
    },
    image: { type: "string", value: "IMAGE", help: "the host's image there (default: this release's)" },
    yes: {
      type: "boolean",
      help: "ask nothing: what no option says is its default, and the password is made up and printed",
    },
    force: {
      type: "boolean",
      help: "write configurations that are there already anew; keys, users and certificates stay",
    },
  },
  examples: [
    "zerohop init",
    "zerohop init --yes --domain example.com --app app.example.com=http://127.0.0.1:8000 --proxy nginx --user alice",
    "zerohop init --yes --domain example.com --app app.example.com=http://127.0.0.1:8000 --proxy caddy --user alice --certificate /etc/ssl/example.pem --key /etc/ssl/example.key --output /etc/zerohop --systemd-user zerohop",
    "zerohop init --yes --domain example.com --app app.example.com=http://app:8000 --proxy traefik --user alice --compose",
  ],
  async run(args) {
    const answers = await answersFrom(args);
    const site = await laidOut(answers, args.options.force === true);
    console.log(nextSteps(answers, site));
    return 0;
  },
};

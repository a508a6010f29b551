// Answers "why": the decision about one request, rule by rule and criterion by criterion.

import { loadAccessControl } from "../../app/config/load.ts";
import type { AuthorizationRequest } from "../../core/policy.ts";
import { systemClock } from "../../kit/clock.ts";
import { HostError } from "../../kit/errors.ts";
import { readingOf } from "../../policy/reading.ts";
import { remediesFor } from "../../policy/remedies.ts";
import { type Arguments, type Command, configNames, configOption } from "../command.ts";
import { explanationText } from "../explanation.ts";
import { painter } from "../paint.ts";

export const command: Command = {
  options: {
    config: configOption,
    url: { type: "string", value: "U", help: "the target, such as https://app.example.com/path?query", required: true },
    method: { type: "string", value: "M", help: "the request method (GET)" },
    user: { type: "string", value: "N", help: "who is logged in; nobody when left out" },
    groups: { type: "string", value: "a,b", help: "the user's groups" },
    level: { type: "string", value: "1|2", help: "how many factors the session has (1)" },
    amr: { type: "string", value: "a,b", help: "its authentication methods (pwd)" },
    "auth-time": { type: "string", value: "SECONDS", help: "when the user logged in, seconds since 1970 (now)" },
    now: { type: "string", value: "SECONDS", help: "when the request is made, seconds since 1970 (now)" },
    ip: { type: "string", value: "A", help: "the client's address" },
    json: { type: "boolean", help: "print JSON" },
  },
  examples: [
    "zerohop policy explain --config zerohop.yml --url https://app.example.com/admin",
    "zerohop policy explain --config zerohop.yml --url https://app.example.com/ --user alice --groups admins --level 2",
  ],
  async run(args) {
    const { options } = args;
    const policy = loadAccessControl(configNames(args), process.env, { asRun: true });
    const request = requestFrom(options);
    const explanation = policy.explain(request);
    const remedies = remediesFor(policy, request, explanation);
    if (options.json) {
      const { decision, rules } = explanation;
      const reading = readingOf(request.url);
      process.stdout.write(`${JSON.stringify({ request, ...decision, reading, remedies, rules }, null, 2)}\n`);
    } else {
      process.stdout.write(explanationText({ policy, request, explanation, remedies }, painter(process.stdout)));
    }
    return 0;
  },
};

function requestFrom(options: Arguments["options"]): AuthorizationRequest {
  const request = {
    method: text(options.method) ?? "GET",
    url: text(options.url) ?? "",
    address: text(options.ip) ?? "",
    now: seconds("now", options) ?? systemClock(),
  };
  const user = text(options.user);
  if (user === undefined) {
    if (options.groups !== undefined) throw new HostError("usage", "--groups needs --user");
    return request;
  }
  const level = text(options.level) ?? "1";
  if (level !== "1" && level !== "2") throw new HostError("usage", `--level must be 1 or 2, not ${level}`);
  return {
    ...request,
    subject: {
      name: user,
      groups: list(options.groups),
      level: level === "2" ? 2 : 1,
      amr: options.amr === undefined ? ["pwd"] : list(options.amr),
      authTime: seconds("auth-time", options) ?? request.now,
    },
  };
}

function seconds(name: string, options: Arguments["options"]): number | undefined {
  const value = text(options[name]);
  if (value === undefined) return undefined;
  if (!/^\d{1,12}$/.test(value)) throw new HostError("usage", `--${name} must be seconds since 1970, not ${value}`);
  return Number(value);
}

function text(option: string | boolean | undefined): string | undefined {
  return typeof option === "string" ? option : undefined;
}

function list(option: string | boolean | undefined): string[] {
  return (text(option) ?? "").split(",").filter((entry) => entry !== "");
}

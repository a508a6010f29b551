// Answers "why": the decision about one request, rule by rule and criterion by criterion.

import { loadAccessControl } from "../../app/config/load.ts";
import type { AuthorizationRequest } from "../../core/policy.ts";
import { systemClock } from "../../kit/clock.ts";
import { usage } from "../../kit/errors.ts";
import { readingOf } from "../../policy/reading.ts";
import { remediesFor } from "../../policy/remedies.ts";
import { type Arguments, commandOf, configOption, flagOption, requiredOption, textOption } from "../command.ts";
import { explanationText } from "../explanation.ts";
import { painter } from "../paint.ts";

const options = {
  config: configOption,
  url: requiredOption("U", "the target, such as https://app.example.com/path?query"),
  method: textOption("M", "the request method (GET)"),
  user: textOption("N", "who is logged in; nobody when left out"),
  groups: textOption("a,b", "the user's groups"),
  level: textOption("1|2", "how many factors the session has (1)"),
  amr: textOption("a,b", "its authentication methods (pwd)"),
  "auth-time": textOption("SECONDS", "when the user logged in, seconds since 1970 (now)"),
  now: textOption("SECONDS", "when the request is made, seconds since 1970 (now)"),
  ip: textOption("A", "the client's address"),
  json: flagOption("print JSON"),
};

type Options = Arguments<typeof options>["options"];

export const command = commandOf({
  options,
  examples: [
    "zerohop policy explain --config zerohop.yml --url https://app.example.com/admin",
    "zerohop policy explain --config zerohop.yml --url https://app.example.com/ --user alice --groups admins --level 2",
  ],
  async run({ options }) {
    const policy = loadAccessControl(options.config, process.env, { asRun: true });
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
});

function requestFrom({ method = "GET", url, ip: address = "", ...options }: Options): AuthorizationRequest {
  const now = seconds("now", options.now) ?? systemClock();
  const request = { method, url, address, now };
  const { user, level = "1", amr = "pwd" } = options;
  if (user === undefined) {
    if (options.groups !== undefined) throw usage("--groups needs --user");
    return request;
  }
  if (level !== "1" && level !== "2") throw usage(`--level must be 1 or 2, not ${level}`);
  return {
    ...request,
    subject: {
      name: user,
      groups: list(options.groups),
      level: level === "2" ? 2 : 1,
      amr: list(amr),
      authTime: seconds("auth-time", options["auth-time"]) ?? now,
    },
  };
}

function seconds(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,12}$/.test(value)) throw usage(`--${name} must be seconds since 1970, not ${value}`);
  return Number(value);
}

function list(option = ""): string[] {
  return option.split(",").filter((entry) => entry !== "");
}

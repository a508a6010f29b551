// Answers "why": the decision about one request, rule by rule and criterion by criterion.
import { systemClock } from "../../clock.ts";
import { loadAccessControl } from "../../config/load.ts";
import type { AuthorizationRequest } from "../../core/policy.ts";
import { HostError } from "../../errors.ts";
import { type Arguments, type Command, configOption } from "../command.ts";
import { explanationText } from "../explanation.ts";

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
    ip: { type: "string", value: "A", help: "the client's address" },
    json: { type: "boolean", help: "print JSON" },
  },
  async run({ options }) {
    const policy = loadAccessControl(String(options.config));
    const request = requestFrom(options);
    const explanation = policy.explain(request);
    if (options.json) {
      const { decision, rules } = explanation;
      process.stdout.write(`${JSON.stringify({ request, ...decision, rules }, null, 2)}\n`);
    } else {
      const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
      process.stdout.write(explanationText(request, explanation, policy.section, colour));
    }
    return 0;
  },
};

function requestFrom(options: Arguments["options"]): AuthorizationRequest {
  const request = {
    method: text(options.method) ?? "GET",
    url: text(options.url) ?? "",
    address: text(options.ip) ?? "",
  };
  const user = text(options.user);
  if (user === undefined) {
    if (options.groups !== undefined) throw new HostError("usage", "--groups needs --user");
    return request;
  }
  const level = text(options.level) ?? "1";
  if (level !== "1" && level !== "2") throw new HostError("usage", `--level must be 1 or 2, not ${level}`);
  const authTime = Number(text(options["auth-time"]) ?? systemClock());
  if (!Number.isSafeInteger(authTime)) throw new HostError("usage", "--auth-time must be seconds since 1970");
  return {
    ...request,
    subject: {
      name: user,
      groups: list(options.groups),
      level: level === "2" ? 2 : 1,
      amr: options.amr === undefined ? ["pwd"] : list(options.amr),
      authTime,
    },
  };
}

function text(option: string | boolean | undefined): string | undefined {
  return typeof option === "string" ? option : undefined;
}

function list(option: string | boolean | undefined): string[] {
  return (text(option) ?? "").split(",").filter((entry) => entry !== "");
}

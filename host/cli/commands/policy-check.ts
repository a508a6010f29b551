// Asks the policy about requests. The config's other sections are not looked at.
import { createInterface } from "node:readline";
import { z } from "zod";
import { loadAccessControl } from "../../app/config/load.ts";
import type { AuthorizationRequest, Policy } from "../../core/policy.ts";
import { systemClock } from "../../kit/clock.ts";
import { commandOf, configOption, jsonOption } from "../command.ts";

const requestSchema = z.object({
  method: z.string().default("GET"),
  url: z.string(),
  user: z.string().nullish(),
  groups: z.array(z.string()).nullish(),
  ip: z.string().nullish(),
  level: z.union([z.literal(1), z.literal(2)]).default(1),
  amr: z.array(z.string()).default(["pwd"]),
  auth_time: z.int().nullish(),
});

export const command = commandOf({
  options: {
    config: configOption,
    json: jsonOption,
  },
  examples: [
    'echo \'{"method":"GET","url":"https://app.example.com/","user":"bob","groups":["dev"]}\' |\n    zerohop policy check --config zerohop.yml --json',
  ],
  async run(args) {
    const policy = loadAccessControl(args.options.config, process.env, { asRun: true });
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === "") continue;
      const answer = decide(policy, line);
      process.stdout.write(`${args.options.json ? JSON.stringify(answer) : sentence(answer)}\n`);
    }
    return 0;
  },
});

type Answer = { readonly policy: string; readonly rule: number } | { readonly error: string };

function decide(policy: Policy, line: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: "the line is not valid JSON" };
  }
  const result = requestSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { error: `${issue!.path.join(".") || "request"}: ${issue!.message}` };
  }
  const decision = policy.decide(requestFrom(result.data));
  return decision.outcome === "refuse" ? { error: decision.reason } : { policy: decision.policy, rule: decision.rule };
}

function requestFrom({ method, url, ip, user, groups, level, amr, auth_time }: z.output<typeof requestSchema>) {
  const request: AuthorizationRequest = { method, url, address: ip ?? "" };
  if (!user) return request;
  return {
    ...request,
    subject: { name: user, groups: groups ?? [], level, amr, authTime: auth_time ?? systemClock() },
  };
}

function sentence(answer: Answer): string {
  if ("error" in answer) return `refused: ${answer.error}`;
  return answer.rule === 0 ? `${answer.policy} (default policy)` : `${answer.policy} (rule ${answer.rule})`;
}

// Makes an invitation to an account with a provider, and prints the link for whoever is to have it.
import { parseDuration } from "../../kit/config/duration.ts";
import { HostError, usage } from "../../kit/errors.ts";
import { Mistake } from "../../kit/yaml/schema.ts";
import { invite } from "../../operations/accounts.ts";
import { commandOf, configOption, onlyPositional, textOption } from "../command.ts";
import { asOperator } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    lifetime: textOption("TIME", "how long it is good (7d)"),
  },
  positionals: "PROVIDER",
  examples: ["zerohop account invite --config /etc/zerohop/zerohop.yml company"],
  async run(args) {
    const provider = onlyPositional(args, "name the id of one provider");
    const lifetime = lifetimeIn(args.options.lifetime);
    return asOperator(args, async (operator, { providers, session }) => {
      if (!providers.some(({ id }) => id === provider))
        throw new HostError("not_found", `no provider of the config has the id ${provider}`);
      const code = await invite(operator, provider, lifetime);
      for (const { portalUrl } of session.cookies)
        console.log(`${portalUrl}/login/provider/${provider}?invitation=${code}`);
      return 0;
    });
  },
});

function lifetimeIn(text = "7d"): number {
  try {
    return parseDuration(text, 60, "90d");
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw usage(`--lifetime ${error.message}`);
  }
}

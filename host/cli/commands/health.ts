// Asks the running host whether it can answer: what a container's health check runs, wherever `server.*` has the host listen.
import { request as http } from "node:http";
import { request as https } from "node:https";
import { fromThisMachine } from "../../kit/config/listen-address.ts";
import { HostError } from "../../kit/errors.ts";
import { commandOf, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

/** Milliseconds, of which a host that is well needs a few. */
const patience = 5000;

export const command = commandOf({
  options: { config: configOption },
  examples: ["zerohop health --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const { address, tls } = openConfig(args).config.server;
    const url = `${tls ? "https" : "http"}://${fromThisMachine(address)}/api/health`;
    const status = await statusOf(url);
    if (status !== 200) throw new HostError("unavailable", `${url} answers with status ${status}`);
    console.log(`${url}: OK`);
    return 0;
  },
});

/** The certificate is not looked at: it is for the portal's name, and nothing is sent that others must not see. */
async function statusOf(url: string): Promise<number | undefined> {
  const ask = url.startsWith("https:") ? https : http;
  try {
    return await new Promise((resolve, reject) => {
      const question = ask(url, {
        ...{ agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(patience) },
      });
      question.once("error", reject);
      question.once("response", (response) => resolve(response.resume().statusCode));
      question.end();
    });
  } catch (error) {
    throw new HostError("unavailable", `${url} does not answer: ${(error as Error).message}`);
  }
}

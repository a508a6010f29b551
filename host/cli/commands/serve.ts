// Runs the host until SIGTERM or SIGINT. Logs JSON lines to stdout. SIGHUP has it look at its files again, as service managers ask for; from
// a terminal, which sends it when it is closed, it ends the host.

import { type Service, startService } from "../../app/service.ts";
import { createLog } from "../../kit/log.ts";
import { started } from "../../kit/start-memory.ts";
import { commandOf, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

/** So long after it listens, nothing of the start is under way any more. Milliseconds. */
const settled = 1000;

export const command = commandOf({
  options: { config: configOption },
  examples: ["zerohop serve --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const stopAsked = new Promise<NodeJS.Signals>((resolve) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
      process.on("SIGHUP", (signal) => (process.stdin.isTTY ? resolve(signal) : service?.reload()));
    });
    let service: Service | undefined;
    const loaded = openConfig(args);
    const { config } = loaded;
    const log = createLog(config.log.level);
    service = await startService(loaded, log);
    setTimeout(started, settled).unref();
    const portals = config.session.cookies.map(({ portalUrl }) => portalUrl);
    log.info({ address: service.url, portals }, `listening on ${service.url}`);
    const end = await Promise.race([stopAsked, service.failed]);
    if (typeof end === "string") log.info({ signal: end }, "stopping");
    else log.fatal({ reason: end.message }, "stopping");
    await service.stop();
    log.info("stopped");
    return typeof end === "string" ? 0 : 1;
  },
});

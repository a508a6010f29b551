// Radicale: a server for calendars and address books, by CalDAV and CardDAV, with a page for browsers.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, isListening } from "../../processes/ports.ts";
import { startProgram } from "../../processes/program.ts";
import { pythonFor } from "../../programs/python-packages.ts";
import { until } from "../../waiting.ts";

export interface Radicale extends AsyncDisposable {
  readonly port: number;
  /** Where it logs. */
  readonly log: string;
}

const program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from radicale.__main__ import run; run()";

/** Starts it with the packages in `packages` and the text of its configuration; all that it writes goes below `folder`. */
export async function startRadicale(packages: string, configuration: string, folder: string): Promise<Radicale> {
  const [port, python] = [await freePort(), await pythonFor("Radicale")];
  const [config, log] = [join(folder, "radicale.conf"), join(folder, "radicale.log")];
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, configuration);
  const own = ["--config", config, "--hosts", `127.0.0.1:${port}`];
  own.push("--storage-filesystem-folder", join(folder, "collections"));
  const running = startProgram("Radicale", python, ["-c", program, packages, ...own], log);
  await until(() => isListening(port), { running: [running] });
  return { port, log, [Symbol.asyncDispose]: () => running.stop() };
}

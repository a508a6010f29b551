// JupyterLab: a single-page application with WebSockets for kernels and terminals, XSRF cookies, and uploads in parts.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, isListening } from "../../processes/ports.ts";
import { startProgram } from "../../processes/program.ts";
import { pythonFor } from "../../programs/python-packages.ts";
import { until } from "../../waiting.ts";

export interface JupyterLab extends AsyncDisposable {
  readonly port: number;
  /** What it shows in its file browser. */
  readonly files: string;
  /** Where it logs. */
  readonly log: string;
}

/** Starts it with the packages in `packages` and the text of a jupyter_server_config.py; all that it writes goes below `folder`. */
export async function startJupyterLab(packages: string, configuration: string, folder: string): Promise<JupyterLab> {
  const [port, python] = [await freePort(), await pythonFor("JupyterLab")];
  const [files, config, log] = ["files", "jupyter_server_config.py", "jupyterlab.log"].map((name) =>
    join(folder, name),
  );
  mkdirSync(files!, { recursive: true });
  writeFileSync(config!, configuration);
  const script = join(import.meta.dirname, "serve.py");
  const program = startProgram("JupyterLab", python, [script, packages, String(port), files!, config!], log!);
  await until(() => isListening(port), { running: [program], patience: 60_000 });
  return { port, files: files!, log: log!, [Symbol.asyncDispose]: () => program.stop() };
}

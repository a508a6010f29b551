// JupyterLab: a single-page application with WebSockets for kernels and terminals, XSRF cookies, and uploads in parts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  /**
   * The requests that it answered with an error of its own (5xx), as `status method path?query`. It has some without anybody's doing: a list
   * of kernels that is asked for at the moment in which one starts ends in an AttributeError (jupyter_server 2.21.1, `kernel_model`).
   */
  ownErrors(): readonly string[];
}

/** In the log: `[E 2026-11-30 10:48:23.220 ServerApp] 500 GET /api/kernels?1796058553455 (alice@127.0.0.1) 4.09ms referer=…`. */
const ownError = /^\[. [^\]]*\] (5\d\d [A-Z]+ \S+) \(/gm;

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
  return {
    ...{ port, files: files!, log: log! },
    ownErrors: () => [...readFileSync(log!, "utf8").matchAll(ownError)].map(([, request]) => request!),
    [Symbol.asyncDispose]: () => program.stop(),
  };
}

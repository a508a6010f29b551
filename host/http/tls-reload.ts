// Follows the files of the host's certificate: a new pair is used for new connections; a broken one is told of and left.
import { statSync } from "node:fs";
import type { Server } from "node:tls";
import { readTlsPair, type TlsFiles, TlsMistake } from "../kit/config/tls-pair.ts";
import type { Logger } from "../kit/log.ts";

/** How often the files are looked at. Milliseconds. Watching would miss files that are replaced behind a symbolic link. */
const lookInterval = 1000;

/** Returns what stops it. */
export function reloadTls(
  server: Pick<Server, "setSecureContext">,
  files: TlsFiles,
  minVersion: "TLSv1.2",
  log: Logger,
): () => void {
  let seen = stateOf(files);
  const timer = setInterval(() => {
    const state = stateOf(files);
    if (state === seen) return;
    seen = state;
    try {
      server.setSecureContext({ ...readTlsPair(files), minVersion });
      log.info("the new TLS certificate is in use");
    } catch (error) {
      if (!(error instanceof TlsMistake)) throw error;
      log.error({ reason: `server.tls.${error.part} ${error.message}` }, "the old TLS certificate stays in use");
    }
  }, lookInterval);
  timer.unref();
  return () => clearInterval(timer);
}

/** Changes when one of the files does. */
function stateOf({ certificate, key }: TlsFiles): string {
  return [certificate, key]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}` : "";
    })
    .join(" ");
}

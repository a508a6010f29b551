// Keeps the bundle file of a Traefik plugin current, on whatever machine that runs, and has the sessions renewed that the plugin has
// noted in the folder beside it. Logs JSON lines to stdout.
import { dirname, join } from "node:path";
import { answerNotes } from "../../gates/edge/follow/answer-notes.ts";
import { BundleFile } from "../../gates/edge/follow/bundle-file.ts";
import { followBundle, pollOnce } from "../../gates/edge/follow/follow-bundle.ts";
import { readGateFile } from "../../gates/edge/follow/gate-file.ts";
import { RenewalFolder } from "../../gates/edge/follow/renewal-folder.ts";
import { Protocols } from "../../gates/edge/protocol.ts";
import { usage } from "../../kit/errors.ts";
import { createLog } from "../../kit/log.ts";
import { commandOf, flagOption, requiredOption, textOption } from "../command.ts";

export const command = commandOf({
  options: {
    gate: requiredOption("FILE", "what `zerohop gate config` printed"),
    output: requiredOption("FILE", "the bundle file to keep current"),
    url: textOption("URL", "where the host is (default: the portal, over https)"),
    mode: textOption("OCTAL", "the file's permissions (default: 640)"),
    once: flagOption("fetch the bundle once and end; exit code 1 if that fails"),
  },
  examples: [
    "zerohop bundle watch --gate /etc/zerohop/gate.json --output /run/zerohop/bundle.jws",
    "zerohop bundle watch --gate gate.json --output bundle.jws --url http://127.0.0.1:9091 --once",
  ],
  async run({ options }) {
    const stop = new AbortController();
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
    const { rootKeys, edgeToken, authority } = readGateFile(options.gate);
    const origin = { url: readUrl(options.url, authority), edgeToken };
    const file = new BundleFile(options.output, readMode(options.mode), rootKeys);
    const log = createLog("info");
    if (options.once) {
      const reason = await pollOnce(origin, file, { log, protocols: new Protocols("host", log) }, 0, stop.signal);
      if (reason === undefined) return 0;
      console.error(`zerohop bundle watch: ${reason}`);
      return 1;
    }
    log.info({ url: origin.url.href, file: file.path }, "keeping the bundle file current");
    const renewals = new RenewalFolder(join(dirname(file.path), "renewals"));
    const answering = answerNotes(origin, renewals, log, stop.signal);
    await followBundle(origin, file, log, stop.signal).finally(() => stop.abort());
    await answering;
    log.info("stopped");
    return 0;
  },
});

/** The edge token goes there, so in clear text only to this machine. */
function readUrl(given: string | undefined, authority: string): URL {
  const url = URL.parse(given ?? `https://${authority}`);
  const isLocal = url?.protocol === "http:" && /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname);
  if (!url || url.username || url.password || !(url.protocol === "https:" || isLocal))
    throw usage("--url must be https://HOST[:PORT], or http:// with an address of this machine");
  return url;
}

function readMode(given = "640"): number {
  if (!/^[0-7]{3,4}$/.test(given)) throw usage("--mode must be octal, as in 640");
  return Number.parseInt(given, 8);
}

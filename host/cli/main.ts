// `zerohop`. Code that was compiled before is compiled no more: so this file imports nothing that is large before the cache is in use. The
// host does without: it starts once, and would keep all that it had read of the cache, 5 MB.
import { isatty } from "node:tty";
import { startSmall } from "../kit/start-memory.ts";
import { useCompileCache } from "./compile-cache.ts";

if (process.argv[2] === "serve") {
  startSmall();
  // It would end a host that a service manager asks to look at its files before it has read them: it reads them anyway.
  if (!isatty(0)) process.on("SIGHUP", () => {});
} else useCompileCache();
const { main } = await import("./command-line.ts");
process.exitCode = await main(process.argv.slice(2));

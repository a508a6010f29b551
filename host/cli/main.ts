// `zerohop`. Code that was compiled before is compiled no more: so this file imports nothing else before the cache is in use.
import { useCompileCache } from "./compile-cache.ts";

useCompileCache();
const { main } = await import("./command-line.ts");
process.exitCode = await main(process.argv.slice(2));

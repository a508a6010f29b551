// Traefik's configuration in words: labels of containers (`traefik.http.routers.app.rule`), command-line options
// (`--entrypoints.web.address`) and environment variables (`TRAEFIK_ENTRYPOINTS_WEB_ADDRESS`).
import { isMapping } from "../entry.ts";
import type { PlacedTree, Source } from "../placed-tree.ts";

/** Options that are lists, which words have with commas between. */
const lists =
  /^(middlewares|entrypoints|parentrefs|authresponseheaders|authrequestheaders|sourcerange|excludedips|trustedips|status|prefixes|regex|mounts)$/;

/** Puts an option into a tree. Traefik tells upper from lower case nowhere, and takes an option without a value for true. */
export function putWord(tree: PlacedTree, words: readonly string[], value: string | undefined, source: Source): void {
  const path = words.flatMap((word) => {
    const [, name = word, index] = /^(.*)\[(\d{1,4})\]$/.exec(word) ?? [];
    return index === undefined ? [name.toLowerCase()] : [name.toLowerCase(), Number(index)];
  });
  const last = path.at(-1);
  if (last === undefined) return;
  const isList = typeof last === "string" && lists.test(last) && !path.includes("customrequestheaders");
  // `tls=true` beside `tls.certresolver=…` adds nothing.
  if ((value ?? "true") === "true" && isMapping(tree.at(path))) return;
  const read = isList ? (value ?? "").split(",").map((part) => part.trim()) : (value ?? true);
  tree.set(path, read, source);
}

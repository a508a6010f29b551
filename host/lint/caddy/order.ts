// The order in which Caddy runs the directives of a block, which is its own and not that of the file.
import type { Directive } from "./syntax.ts";

/** Caddy's, as `caddyfile/httptype` has it. What is not here does not handle requests, or is a plugin's. */
const standardOrder = [
  "tracing",
  "map",
  "vars",
  "fs",
  "root",
  "log_append",
  "skip_log",
  "log_skip",
  "log_name",
  "header",
  "copy_response_headers",
  "request_body",
  "redir",
  "method",
  "rewrite",
  "uri",
  "try_files",
  // The gate in Caddy (deploy/caddy-module) stands where it says itself.
  "zerohop",
  "basicauth",
  "basic_auth",
  "forward_auth",
  "request_header",
  "encode",
  "push",
  "intercept",
  "templates",
  "invoke",
  "handle",
  "handle_path",
  "route",
  "abort",
  "error",
  "copy_response",
  "respond",
  "metrics",
  "reverse_proxy",
  "php_fastcgi",
  "file_server",
  "acme_server",
] as const;

export type Order = readonly string[];

/** The order with what the global `order` options change in it. */
export function orderOf(globals: readonly Directive[]): Order {
  let order: string[] = [...standardOrder];
  for (const { name, args } of globals.slice(0, 1000)) {
    const [directive = "", where, other = ""] = args;
    if (name !== "order" || order.length > 200) continue;
    order = order.filter((known) => known !== directive);
    const at = order.indexOf(other);
    if (where === "first") order.unshift(directive);
    else if (where === "last" || at < 0) order.push(directive);
    else order.splice(where === "before" ? at : at + 1, 0, directive);
  }
  return order;
}

export interface Sortable {
  readonly name: string;
  /** The one path that its matcher is about. */
  readonly path: string | undefined;
  readonly hasMatcher: boolean;
}

/** Sorts as Caddy does: by directive, then the longer path first, then those with a matcher. */
export function inOrder<Item extends Sortable>(items: readonly Item[], order: Order): Item[] {
  const positions = new Map(order.map((name, index) => [name, index]));
  const position = ({ name }: Item) => positions.get(name === "handle_path" ? "handle" : name) ?? order.length;
  return items.toSorted((a, b) => {
    if (a.name !== b.name && position(a) !== position(b)) return position(a) - position(b);
    const [first, second] = [a.path ?? "", b.path ?? ""];
    if (first !== "" && second !== "") {
      const isSame = first.replace(/\*$/, "") === second.replace(/\*$/, "");
      return isSame ? first.length - second.length : second.length - first.length;
    }
    return Number(b.hasMatcher) - Number(a.hasMatcher);
  });
}

// Sites of a Caddyfile, and the directives in them that pass requests on.
import { originOf } from "../address.ts";
import type { Place } from "../rule.ts";
import type { Order } from "./order.ts";
import type { Directive } from "./syntax.ts";

export interface Site {
  readonly place: Place;
  readonly title: string;
  readonly addresses: readonly SiteAddress[];
  readonly directives: readonly Directive[];
  readonly namedRoutes: ReadonlyMap<string, readonly Directive[]>;
  readonly order: Order;
}

export interface SiteAddress {
  /** Without a wildcard; undefined: any. */
  readonly host: string | undefined;
  readonly tls: boolean;
  readonly isPublic: boolean;
}

/** A `reverse_proxy`, `forward_auth` or `php_fastcgi`. */
export interface ProxyDirective {
  readonly directive: Directive;
  /** As they are written. */
  readonly upstreams: readonly string[];
  /** `host:port`. */
  readonly authorities: readonly string[];
  /** The path of the host that it asks; undefined: it does not ask. */
  readonly asks: string | undefined;
}

export function readProxy(directive: Directive): ProxyDirective | undefined {
  const { name, args, block = [] } = directive;
  if (!/^(reverse_proxy|forward_auth|php_fastcgi)$/.test(name)) return undefined;
  const inline = /^[/@*]/.test(args[0] ?? "") ? args.slice(1) : args;
  const upstreams = [...inline, ...block.flatMap((option) => (option.name === "to" ? option.args : []))];
  const last = (wanted: RegExp) => block.findLast((option) => wanted.test(option.name))?.args.at(-1);
  const path = last(name === "forward_auth" ? /^uri$/ : /^rewrite$/);
  const asks = name === "forward_auth" ? (path ?? "") : hasHandlers(block) && isEndpoint(path) ? path : undefined;
  return { directive, upstreams, authorities: upstreams.map(authorityOf), asks };
}

/** The `host:port` of each host that the gate in Caddy, a `zerohop` directive, goes by. */
export function hostOfGate({ name, block = [] }: Directive): readonly string[] {
  if (name !== "zerohop") return [];
  const urls = block.findLast((option) => option.name === "host")?.args ?? ["127.0.0.1:9091"];
  return urls.map(authorityOf);
}

function hasHandlers(block: readonly Directive[]): boolean {
  return block.some(({ name }) => name === "handle_response");
}

function isEndpoint(path: string | undefined): boolean {
  return path !== undefined && /^\/api\/(authz|verify)/.test(path);
}

function authorityOf(upstream: string): string {
  if (upstream.startsWith("unix/")) return `unix:${upstream.slice(5)}`;
  const bare = upstream.replace(/^h2c:\/\//, "http://");
  return originOf(/^[a-z]+:\/\//i.test(bare) ? bare : `http://${bare}`)?.authority ?? upstream;
}

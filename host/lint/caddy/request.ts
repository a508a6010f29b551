// A request on its way through Caddy's handlers, and what placeholders (`{header.Upgrade}`) stand for there.
import type { Choices } from "../attack/choices.ts";
import type { Headers } from "../attack/headers.ts";
import type { Patterns } from "../attack/pattern.ts";
import { lookedAt, vouched } from "../attack/request.ts";

export interface Passing {
  readonly host: string;
  readonly headers: Headers;
  readonly choices: Choices;
  /** As it was sent, or as rewrite and uri have left it. */
  path: string;
  readonly tls: boolean;
  readonly method: string;
}

/** What the request is tried out with. */
export interface Trial {
  readonly patterns: Patterns;
  readonly choices: Choices;
}

/** The value of a placeholder without its braces; undefined: the file does not say. */
export function placeholder(name: string, { host, headers, choices, path, tls, method }: Passing): string | undefined {
  const header = /^(?:http\.request\.)?header\.(.+)$/.exec(name)?.[1];
  if (header !== undefined) return lookedAt(headers, header, choices).join(",");
  if (/^(rp|http\.reverse_proxy)\.header\./.test(name)) return vouched;
  switch (name.replace(/^http\.request\./, "")) {
    case "host":
    case "hostport":
      return host;
    case "uri":
    case "orig_uri":
      return path;
    case "path":
    case "uri.path":
      return cleanPath(path);
    case "method":
      return method;
    case "scheme":
      return tls ? "https" : "http";
    default:
      return undefined;
  }
}

/** A text with its placeholders filled in; those that the file does not say are empty. */
export function filledIn(text: string, passing: Passing): string {
  return text.replace(/\{([a-zA-Z][\w.-]*)\}/g, (_, name: string) => placeholder(name, passing) ?? "");
}

/** A path as matchers see it: without its query, decoded, without dots and doubled slashes. */
export function cleanPath(path: string): string {
  const [bare = ""] = path.split("?");
  const parts: string[] = [];
  for (const part of percentDecoded(bare).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}${bare.endsWith("/") && parts.length > 0 ? "/" : ""}`;
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

// The one request that every variant gets: a page load by a browser that is logged in.
import { request } from "node:http";
import { cookieDomain, cookieName, type Session } from "./session.ts";

export const path = "/projects/42?tab=files";

export function browserHeaders({ token }: Session): Record<string, string> {
  return {
    host: `app.${cookieDomain}:8443`,
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-GB,en;q=0.5",
    "accept-encoding": "gzip, deflate, br, zstd",
    referer: `https://app.${cookieDomain}:8443/projects/`,
    "upgrade-insecure-requests": "1",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "same-origin",
    "sec-fetch-user": "?1",
    cookie: `theme=dark; ${cookieName}=${token}; lang=en-GB`,
  };
}

export function withoutSession(headers: Record<string, string>): Record<string, string> {
  return { ...headers, cookie: "theme=dark; lang=en-GB" };
}

/** The status that one such request gets. */
export function statusOf(origin: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    sent.on("error", reject).end();
  });
}

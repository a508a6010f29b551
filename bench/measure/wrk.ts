// HTTP/1.1 load from wrk: one thread, one pool of keep-alive connections, always the same request.
import { startChild } from "./children.ts";

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
}

/** Sends load and returns what was answered. Throws when an answer is not 2xx or 3xx, or a connection fails. */
export async function load({ url, headers, seconds, connections }: Load): Promise<LoadResult> {
  // wrk adds a Host of its own unless it finds one that is spelled like this.
  const spelled = (name: string) => (name === "host" ? "Host" : name);
  const headerArguments = Object.entries(headers).flatMap(([name, value]) => ["-H", `${spelled(name)}: ${value}`]);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, ...headerArguments, url];
  const report = await startChild("wrk", args).output;
  const requests = Number(/(\d+) requests in /.exec(report)?.[1]);
  const requestsPerSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(report)?.[1]);
  if (!(requests > 0) || /Non-2xx|Socket errors/.test(report)) throw new Error(`wrk against ${url}:\n${report}`);
  return { requests, requestsPerSecond };
}

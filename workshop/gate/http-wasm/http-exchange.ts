// One request on its way through the plugin, as Traefik's entry point hands it on: with its own X-Forwarded-*, and the client's
// only where it trusts the client.
import type { Header } from "../proxy-wasm/headers.ts";
import { canonical, HttpHeaders } from "./http-headers.ts";

export interface HttpRequest {
  /** `https://host:port/path?query`; what follows the scheme is taken byte for byte. */
  readonly url: string;
  readonly method?: string;
  /** The client's headers, duplicates and all. */
  readonly headers?: Iterable<Header>;
  /** The client's address and port. */
  readonly source?: string;
  /** Whether the entry point believes the client's X-Forwarded-*. */
  readonly isTrusted?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  body: string;
}

/** What Traefik itself sets, and takes away from clients that it does not trust. */
const managed = /^X[-_]((Forwarded[-_](Proto|For|Host|Port|Server|Uri|Method|Prefix))|Real[-_]Ip)$/i;

export class HttpExchange {
  readonly method: string;
  readonly host: string;
  readonly uri: string;
  readonly source: string;
  readonly headers = new HttpHeaders();
  /** Names of the host functions that the plugin called, in order. */
  readonly hostCalls: string[] = [];
  /** Of the answer, until its status is set. */
  readonly answerHeaders = new HttpHeaders();
  /** What the plugin answered, if it did. */
  answered: HttpAnswer | undefined;
  /** Whether the next handler got the request. */
  isContinued = false;

  constructor({ url, method = "GET", headers = [], source = "203.0.113.7:40000", isTrusted = false }: HttpRequest) {
    const [, scheme = "", host = "", uri = ""] = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
    this.method = method;
    this.host = host;
    this.uri = uri || "/";
    this.source = source;
    for (const [name, value] of headers)
      if (canonical(name) !== "Host" && (isTrusted || !managed.test(name))) this.headers.add(name, value);
    if (!this.headers.get("X-Forwarded-Proto")) this.headers.set("X-Forwarded-Proto", scheme);
    const forwardedFor = this.headers.all("X-Forwarded-For");
    if (forwardedFor.length > 0) this.headers.set("X-Forwarded-For", forwardedFor.join(", "));
  }

  /** 200 for a request that went on. */
  get status(): number {
    return this.answer?.status ?? 200;
  }

  get answer(): HttpAnswer | undefined {
    return this.isContinued ? undefined : this.answered;
  }

  /** The headers as the backend gets them. Throws when the request did not go on. */
  get upstream(): HttpHeaders {
    if (!this.isContinued) throw new Error(`the request was answered with ${this.status}`);
    return this.headers;
  }

  get location(): string | undefined {
    return this.answer?.headers.get("location");
  }
}

// Signing in with a provider in the host's tests: a browser that has cookies at the host and at the provider, and follows what they answer.
import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { HttpsClient } from "../../../workshop/clients/https-client.ts";
import { configText } from "../../../workshop/host/files.ts";
import type { Answer, TestHost } from "../../../workshop/host/in-process.ts";
import {
  clientId,
  clientSecret,
  type OpenIdServer,
  type OpenIdServerOptions,
  startOpenIdServer,
} from "../../../workshop/servers/openid-provider.ts";

export const portal = "https://auth.example.com";
const page = { accept: "text/html" };

/** A provider that ends with the test. */
export async function openIdServer(options: Partial<OpenIdServerOptions> = {}): Promise<OpenIdServer> {
  const server = await startOpenIdServer({
    redirectUris: [`${portal}/login/provider/company/callback`],
    logoutRedirectUris: [`${portal}/login/provider/company/logged-out`],
    ...options,
  });
  onTestFinished(() => server.end());
  return server;
}

/** The keys of a provider in a config, as a list's element. */
export function providerText(
  server: Pick<OpenIdServer, "issuer" | "authorityFile">,
  more = "",
  id = "company",
): string {
  return `    - id: ${id}
      name: Company
      issuer: ${server.issuer}
      client_id: ${clientId}
      client_secret: ${clientSecret}
      scopes: [openid, profile, email, groups]
      networks: [127.0.0.1, "::1"]
      ca_file: ${server.authorityFile}
${more.replace(/^(?=.)/gm, "      ")}
`;
}

/** A config with users of a file and providers beside them; \`alone\`: with the providers only. */
export function configWith(providers: string, alone = false): string {
  const backend = "authentication_backend:\n";
  const text = alone ? configText.replace(/ {2}file:\n {4}path: users.yml\n/, "") : configText;
  return text.replace(backend, `${backend}  providers:\n${providers}`);
}

export class Browser {
  readonly #host: TestHost;
  readonly #client: HttpsClient;
  readonly #jars = new Map<string, Map<string, string>>();
  /** Every address that it has asked for. */
  readonly visited: string[] = [];

  constructor(host: TestHost, server: Pick<OpenIdServer, "authorityFile">) {
    this.#host = host;
    this.#client = new HttpsClient(readFileSync(server.authorityFile, "utf8"));
  }

  /** The Cookie header for an origin. */
  cookies(origin = portal): string {
    return [...this.#jar(origin)].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  setCookie(name: string, value: string, origin = portal): void {
    this.#jar(origin).set(name, value);
  }

  /** Asks for one address and follows nothing. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#send(url, "GET", undefined, headers);
  }

  submit(url: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#send(url, "POST", new URLSearchParams(fields).toString());
  }

  /** Follows redirects until there is a page, or an address that is neither the portal's nor a provider's. */
  async follow(url: string, answer?: Answer): Promise<{ readonly url: string; readonly answer: Answer | undefined }> {
    let at = url;
    let last = answer ?? (await this.get(at));
    for (let steps = 0; steps < 20; steps++) {
      const { location } = last.headers;
      if (last.status < 300 || last.status >= 400 || location === undefined) return { url: at, answer: last };
      at = new URL(location, at).href;
      const isKnown = at.startsWith(`${portal}/`) || new URL(at).hostname === "localhost";
      if (!isKnown) return { url: at, answer: undefined };
      last = await this.get(at);
    }
    throw new Error(`redirects without an end: ${this.visited.join("\n")}`);
  }

  /** Goes to a provider by the portal, logs in there as somebody, and comes back. Stops before the callback when `stops`. */
  async signIn(who: string, { id = "company", query = "", stops = false } = {}) {
    const there = await this.follow(`${portal}/login/provider/${id}${query}`);
    if (!there.answer || !new URL(there.url).pathname.startsWith("/interaction/")) return there;
    let answer = await this.submit(there.url, { login: who });
    let at = there.url;
    while (answer.status >= 300 && answer.status < 400) {
      at = new URL(answer.headers.location!, at).href;
      if (at.startsWith(`${portal}/`)) break;
      answer = await this.get(at);
    }
    if (stops) return { url: at, answer: undefined };
    return at.startsWith(`${portal}/`) ? this.follow(at) : { url: at, answer };
  }

  #jar(origin: string): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }

  async #send(
    url: string,
    method: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    this.visited.push(url);
    const { origin, pathname, search } = new URL(url);
    const cookie = this.cookies(origin);
    const answer =
      origin === portal
        ? await this.#askPortal(pathname + search, cookie, body, headers)
        : await this.#askProvider(url, method, cookie, body);
    for (const set of answer.headers["set-cookie"] ?? []) {
      const [pair = "", ...attributes] = set.split(";");
      const [name = "", ...value] = pair.split("=");
      const isGone = attributes.some((attribute) => /^ ?(?:max-age=0|expires=thu, 01 jan 1970)/i.test(attribute));
      if (isGone) this.#jar(origin).delete(name);
      else this.#jar(origin).set(name, value.join("="));
    }
    return answer;
  }

  #askPortal(
    path: string,
    cookie: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    if (body === undefined) return this.#host.get(path, { ...page, cookie, ...headers });
    return this.#host.submit(path, Object.fromEntries(new URLSearchParams(body)), { cookie });
  }

  async #askProvider(url: string, method: string, cookie: string, body: string | undefined): Promise<Answer> {
    const form = [["content-type", "application/x-www-form-urlencoded"]] as const;
    const answer = await this.#client.get(url, {
      method,
      headers: [["cookie", cookie], ["accept", "text/html"], ...(body === undefined ? [] : form)],
      ...(body !== undefined && { body }),
    });
    const location = answer.header("location");
    return {
      status: answer.status,
      headers: { "set-cookie": [...answer.cookies], ...(location !== undefined && { location }) },
      body: answer.body,
    };
  }
}

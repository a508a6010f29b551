// Serves pages of the portal that no host has made, with the stylesheet and the script as they are built, under the
// Content-Security-Policy that the host sends.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPortal } from "../../scripts/build-portal.ts";

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export class PortalPages implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: Server;
  readonly #documents: Readonly<Record<string, string>>;
  /** How many forms were sent. */
  forms = 0;

  /** `documents` are pages by their paths. */
  static async serve(documents: Readonly<Record<string, string>>): Promise<PortalPages> {
    const folder = await mkdtemp(join(tmpdir(), "zerohop-portal-"));
    await buildPortal(folder);
    const pages = new PortalPages(folder, documents);
    await new Promise<void>((listening) => pages.#server.listen(0, "127.0.0.1", listening));
    return pages;
  }

  private constructor(folder: string, documents: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#documents = documents;
    this.#server = createServer(async (request, response) => {
      const path = decodeURI(request.url ?? "/");
      response.setHeader("content-security-policy", policy);
      if (request.method === "POST") {
        this.forms++;
        return response.writeHead(204).end(); // no content: the browser stays on the page, as it does while it waits
      }
      if (path.endsWith(".css") || path.endsWith(".js")) {
        response.setHeader("content-type", path.endsWith(".css") ? "text/css" : "text/javascript");
        return response.end(await readFile(join(this.#folder, path.slice("/assets/".length))));
      }
      const page = this.#documents[path];
      response.setHeader("content-type", "text/html; charset=utf-8");
      return response.writeHead(page === undefined ? 404 : 200).end(page);
    });
  }

  /** The URL of a page. */
  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${encodeURI(path)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#folder, { recursive: true });
  }
}

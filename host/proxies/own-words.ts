// What a proxy says in words of its own: where it has no answer of the host's, or cannot pass it on. A person reads a page, a program JSON.

export interface OwnWords {
  readonly status: number;
  /** HTML of one line, without `'`, a backquote, `$` or `%`: quotation in a proxy's configuration may end with one of these, or read it. */
  readonly page: string;
  readonly json: string;
  /** Whether to ask again in a moment helps. */
  readonly isTemporary: boolean;
}

/** When a client may ask again what nobody can answer now. Seconds; the host says the same. */
export const retryAfter = 10;

/** The host does not answer: neither about a request, nor with the portal's pages. */
export const away = ownWords(503, "unavailable", "Back in a moment", [
  "The login portal does not answer right now, and without it nobody is let in. Please try again shortly.",
]);

export const busy = ownWords(429, "unavailable", "Back in a moment", [
  "There are too many requests. Please try again shortly.",
]);

export const denied = ownWords(403, "forbidden", "Access denied", [
  "You may not open this page. If you have another account that may, log out at the login portal first.",
]);

/** The host, or the proxy itself, takes the request for one that can be read in several ways. */
export const refused = ownWords(
  400,
  "the request could not be read, or can be read in more than one way",
  "Bad request",
  [
    "This was not passed on: the address or something else in the request can be read in more than one way, or not at all.",
    "Look for a typing mistake in the address. If there is none, delete the cookies of this site and log in again; if that does not help, tell the administrators: zerohop policy explain says what is wrong with an address.",
  ],
);

/** The proxy has not got as far as asking. */
export const unreadable = ownWords(400, "the request could not be read", "Bad request", [
  "The server could not read this request, and nothing of it was passed on.",
  "Look for a typing mistake in the address. If there is none, delete the cookies of this site and try again; if that does not help, tell the administrators: their log says what was wrong.",
]);

function ownWords(status: number, error: string, title: string, paragraphs: readonly string[]): OwnWords {
  const text = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join("");
  return {
    status,
    page: `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title></head><body><main><h1>${title}</h1>${text}</main></body></html>`,
    json: JSON.stringify({ status, error }),
    isTemporary: status === 503 || status === 429,
  };
}

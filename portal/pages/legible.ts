// What a visitor reads must be what the text says: characters that reorder, hide or break text are made visible before
// a name or an address from outside goes on a page. Escaping is not done here; the html templates do it.

const deceiving = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;
const unprintable = /[^\x21-\x7e]+/gu;

/** A person's text (a name, a message): control, bidi and surrogate code points become U+FFFD, the rest stays as it is. */
export function legibleText(text: string): string {
  return text.replace(deceiving, "\uFFFD");
}

/** A URL or a part of one in printable ASCII: everything else is percent-encoded as UTF-8 (RFC 3986, section 2.1). */
export function legibleUrl(url: string): string {
  return url.toWellFormed().replace(unprintable, encodeURIComponent);
}

// The headers of a proxy's request, as node:http reads them: names in lower case, one character a byte. Of a repeated header
// its values are joined by `, ` (Cookie: `; `), which no method, scheme, host or URL can have in it; a repeated
// credential is refused before.
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

// The page the gate itself answers with. It must work while the portal is down, so it stands alone: no script, no request
// for anything, and one style that the Content-Security-Policy names by its hash (a test holds the two together).
import { text, Text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { Request } from "../request";
import { Session } from "../session/session";
import { writeLoginLocation, writeLogoutLocation } from "./location";
import { beginWriting, writeHtml, writeInteger, writeText, writtenAt, writtenLength } from "./writer";

const HEAD = text(
  '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">' +
    '<meta name="robots" content="noindex"><style>',
);
const STYLE = text(
  ":root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#fff,#14171b);" +
    "color:light-dark(#16191d,#eceef1);overflow-wrap:anywhere}body{max-width:22rem;margin:10vh auto;padding:0 1.25rem}" +
    "circle,a{fill:light-dark(#0b6b53,#45ba95);background:light-dark(#0b6b53,#45ba95)}h1{margin:1.5rem 0 .5rem;" +
    "font-size:1.625rem;line-height:1.2;letter-spacing:-.02em}dl{display:grid;grid-template-columns:6rem 1fr;gap:.5rem;" +
    "font-size:.875rem}dt{color:light-dark(#565d66,#a3abb5)}dd{margin:0}a{display:block;margin-top:1.75rem;" +
    "padding:.6875rem;border-radius:.5rem;color:light-dark(#fff,#06251c);font-weight:600;text-align:center;" +
    "text-decoration:none}",
);
const MARK = text(
  '</title></head><body><main><svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">' +
    '<path d="M8.5 4.3a8.5 8.5 0 0 0 0 15.4M15.5 4.3a8.5 8.5 0 0 1 0 15.4" fill="none" stroke="currentColor" ' +
    'stroke-width="2.8" stroke-linecap="round"/><circle cx="12" cy="12" r="2.8"/></svg><h1>',
);

/** The policy the page is sent with. */
export const CONTENT_SECURITY_POLICY = text(
  "default-src 'none'; style-src 'sha256-tOeWdeSNbIvgRfQfdVNLy/NheFElbpthwdKqvv0V0Ko='; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
);

/** What the fixed parts of a page take at most. */
const FRAME_BYTES: i32 = 2048;

/** Access denied: who is logged in, which rule refused, and a way to another account. */
export function writeDeniedPage(request: Request, session: Session | null, rule: i32, domain: CookieDomain): void {
  writeLogoutLocation(request, domain);
  const link = writtenAt;
  const linkLength = writtenLength;
  const name = session ? session.nameLength : 0;
  beginPage(text("Access denied"), linkLength + name * 6);
  writeText(text("<p>You may not open this page.</p><dl>"));
  if (session) {
    writeText(text("<dt>Logged in as</dt><dd><bdi>"));
    writeHtml(session.nameAt, session.nameLength);
    writeText(text("</bdi></dd>"));
  }
  writeText(text("<dt>Refused by</dt><dd>"));
  if (rule > 0) {
    writeText(text("rule "));
    writeInteger(rule);
  } else {
    writeText(text("the default policy"));
  }
  writeText(text("</dd></dl>"));
  if (session) {
    writeText(text('<a href="'));
    writeHtml(link, linkLength);
    writeText(text('">Switch account</a>'));
  }
  endPage();
}

/** What was sent was not passed on: why, and the way to renew the session. */
export function writeUnsentPage(request: Request, domain: CookieDomain): void {
  writeLoginLocation(request, domain);
  const link = writtenAt;
  const linkLength = writtenLength;
  beginPage(text("Please send that again"), linkLength * 6);
  writeText(
    text("<p>Your session had to be renewed first, so the application did not get what you sent.</p>" + '<a href="'),
  );
  writeHtml(link, linkLength);
  writeText(text('">Continue</a>'));
  endPage();
}

/** A page of a title and one sentence. */
export function writeMessagePage(title: Text, sentence: Text): void {
  beginPage(title, 0);
  writeText(text("<p>"));
  writeText(sentence);
  writeText(text("</p>"));
  endPage();
}

function beginPage(title: Text, variableBytes: i32): void {
  beginWriting(FRAME_BYTES + variableBytes);
  writeText(HEAD);
  writeText(STYLE);
  writeText(text("</style><title>"));
  writeText(title);
  writeText(MARK);
  writeText(title);
  writeText(text("</h1>"));
}

function endPage(): void {
  writeText(text("</main></body></html>"));
}

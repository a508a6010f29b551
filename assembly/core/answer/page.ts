// The page the gate itself answers with. It must work while the portal is down, so it stands alone: no script, no request
// for anything, and one style that the Content-Security-Policy names by its hash (a test holds the two together).
import { Writer } from "../../encoding/writer";
import { text, Text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { Request } from "../request";
import { Session } from "../session/session";
import { writeLoginLocation, writeLogoutLocation } from "./location";

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
const FRAME_BYTES: i32 = 2560;

/** The link of a page. */
const link: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Access denied: who is logged in, which rule refused, and a way to another account. */
export function writeDeniedPage(
  page: Writer,
  request: Request,
  session: Session | null,
  rule: i32,
  domain: CookieDomain,
): void {
  writeLogoutLocation(link, request, domain);
  const name = session ? session.nameLength : 0;
  beginPage(page, text("Access denied"), link.length + name * 6);
  page.text(text("<p>You may not open this page.</p><dl>"));
  if (session) {
    page.text(text("<dt>Logged in as</dt><dd><bdi>"));
    page.html(session.nameAt, session.nameLength);
    page.text(text("</bdi></dd>"));
  }
  page.text(text("<dt>Refused by</dt><dd>"));
  if (rule > 0) {
    page.text(text("rule "));
    page.integer(rule);
  } else {
    page.text(text("the default policy"));
  }
  page.text(text("</dd></dl>"));
  if (session) {
    page.text(text('<a href="'));
    page.html(link.at, link.length);
    page.text(text('">Switch account</a>'));
  }
  endPage(page);
}

/** What was sent was not passed on: why, and the way to renew the session. */
export function writeUnsentPage(page: Writer, request: Request, domain: CookieDomain): void {
  writeLoginLocation(link, request, domain, false);
  beginPage(page, text("Please send that again"), link.length * 6);
  page.text(
    text("<p>Your session had to be renewed first, so the application did not get what you sent.</p>" + '<a href="'),
  );
  page.html(link.at, link.length);
  page.text(text('">Continue</a>'));
  endPage(page);
}

/** A page of a title and one sentence. */
export function writeMessagePage(page: Writer, title: Text, sentence: Text): void {
  beginPage(page, title, 0);
  page.text(text("<p>"));
  page.text(sentence);
  page.text(text("</p>"));
  endPage(page);
}

/** A request that is at fault: why it was not passed on, and what can be done about it. */
export function writeRefusedPage(page: Writer, reason: Text, advice: Text): void {
  beginPage(page, text("Bad request"), 0);
  page.text(text("<p>This was not passed on: "));
  page.text(reason);
  page.text(text(".</p><p>"));
  page.text(advice);
  page.text(text("</p>"));
  endPage(page);
}

function beginPage(page: Writer, title: Text, variableBytes: i32): void {
  page.begin(FRAME_BYTES + variableBytes);
  page.text(HEAD);
  page.text(STYLE);
  page.text(text("</style><title>"));
  page.text(title);
  page.text(MARK);
  page.text(title);
  page.text(text("</h1>"));
}

function endPage(page: Writer): void {
  page.text(text("</main></body></html>"));
}

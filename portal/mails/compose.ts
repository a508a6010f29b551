// A mail as text and as HTML from one description, so that both say the same. Plain and small: no picture, nothing that a
// mail program would have to fetch, and colours that follow the reader's.
import { html } from "hono/html";
import { legibleText, legibleUrl } from "../pages/legible.ts";

/** Texts may come from outside: they are made legible and escaped here. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  /** Something to type over. */
  | { readonly kind: "code"; readonly code: string }
  /** A page of the portal. */
  | { readonly kind: "link"; readonly label: string; readonly url: string }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] };

export interface Description {
  /** The subject, which is also the heading. */
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly blocks: readonly Block[];
}

export interface ComposedMail {
  readonly title: string;
  readonly text: string;
  readonly html: string;
}

export function composeMail({ title, language, blocks }: Description): ComposedMail {
  return {
    title: legibleText(title),
    text: [legibleText(title), ...blocks.map(asText)].join("\n\n").concat("\n"),
    html: String(document(title, language, blocks)),
  };
}

function asText(block: Block): string {
  switch (block.kind) {
    case "text":
      return legibleText(block.text);
    case "code":
      return `    ${legibleText(block.code)}`;
    case "link":
      return `${legibleText(block.label)}:\n${legibleUrl(block.url)}`;
    case "facts":
      return block.facts.map(([name, value]) => `${legibleText(name)}: ${legibleText(value)}`).join("\n");
  }
}

/** Mail programs know attributes of elements best. */
const styles = {
  body: "margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif",
  sheet: "max-width:560px;margin:0 auto",
  heading: "margin:0 0 16px;font-size:20px;line-height:1.3",
  code: "margin:0 0 16px;font:600 24px/1.5 ui-monospace,Consolas,monospace;letter-spacing:2px",
  paragraph: "margin:0 0 16px",
  name: "padding:2px 16px 2px 0;text-align:left;vertical-align:top;font-weight:400;opacity:.75",
  value: "padding:2px 0;vertical-align:top",
};

function document(title: string, language: string, blocks: readonly Block[]) {
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>${legibleText(title)}</title>
  </head>
  <body style="${styles.body}">
    <div style="${styles.sheet}">
      <h1 style="${styles.heading}">${legibleText(title)}</h1>
      ${blocks.map(asHtml)}
    </div>
  </body>
</html>
`;
}

function asHtml(block: Block) {
  switch (block.kind) {
    case "text":
      return html`<p style="${styles.paragraph}">${legibleText(block.text)}</p>
      `;
    case "code":
      return html`<p style="${styles.code}">${legibleText(block.code)}</p>
      `;
    case "link":
      return html`<p style="${styles.paragraph}"><a href="${legibleUrl(block.url)}">${legibleText(block.label)}</a></p>
      `;
    case "facts":
      return html`<table role="presentation" style="${styles.paragraph};border-spacing:0">
        ${block.facts.map(([name, value]) => html`<tr><th scope="row" style="${styles.name}">${legibleText(name)}</th><td style="${styles.value}">${legibleText(value)}</td></tr>`)}
      </table>
      `;
  }
}

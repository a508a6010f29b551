// Facts a visitor can pass on to whoever runs the site: pairs of a name and a value.
import { html } from "hono/html";
import { legibleText } from "./legible.ts";

export function facts(pairs: readonly (readonly [name: string, value: string])[]) {
  return html`<dl>
        ${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${legibleText(value)}</bdi></dd></div>`)}
      </dl>`;
}

// The operator's accent colour in both colour schemes. A colour is made for one ground: what is legible on white is seldom so on
// black. So each scheme gets the nearest shade that keeps the contrast of WCAG 2.2 AA, and every colour can be given.
import { black, type Color, clearer, formatColor, mix, parseColor, readableOn, white } from "./color.ts";

/** For text, WCAG 2.2, 1.4.3. What is no text needs less. */
const ratio = 4.5;

/** The ground of each scheme that asks for most, as portal/styles/portal.css has it in `--sunken`. */
const grounds = { light: parseColor("#f3f4f6")!, dark: parseColor("#1d2126")! };

/** How far a button's colour goes on under the pointer: a part of the way to black or white. */
const emphasis = 0.25;

/** The text on the accent in the dark scheme, where that is dark: a trace of the colour is left in it. */
const trace = 0.06;

/** Rules that follow the portal's stylesheet and put the accent in place of its own. */
export function accentRules(accent: Color): string {
  const light = readableOn(grounds.light, accent, black, ratio);
  const dark = readableOn(grounds.dark, accent, white, ratio);
  const onDark = clearer(dark, mix(black, accent, trace), white);
  return (
    `:root{${variables(light, mix(light, black, emphasis), white)}}` +
    `@media (prefers-color-scheme:dark){:root{${variables(dark, mix(dark, white, emphasis), onDark)}}}`
  );
}

function variables(accent: Color, strong: Color, onAccent: Color): string {
  return `--accent:${formatColor(accent)};--accent-strong:${formatColor(strong)};--on-accent:${formatColor(onAccent)}`;
}

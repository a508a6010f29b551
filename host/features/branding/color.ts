// Colours as WCAG 2.2 compares them, and shades of one that can be read.

/** Red, green and blue, each in linear light from 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number];

export const black: Color = [0, 0, 0];
export const white: Color = [1, 1, 1];

/** Reads `#rgb` or `#rrggbb`; undefined for anything else. */
export function parseColor(text: string): Color | undefined {
  const digits = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(text);
  if (!digits) return undefined;
  const [, short, long = [...short!].map((digit) => digit + digit).join("")] = digits;
  const channel = (at: number) => linear(Number.parseInt(long.slice(at, at + 2), 16) / 255);
  return [channel(0), channel(2), channel(4)];
}

/** As `#rrggbb`. */
export function formatColor(color: Color): string {
  const byte = (value: number) => Math.round(encoded(value) * 255);
  return `#${color.map((value) => byte(value).toString(16).padStart(2, "0")).join("")}`;
}

/** From 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(a: Color, b: Color): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Which of two stands out more from a ground. */
export function clearer(ground: Color, a: Color, b: Color): Color {
  return contrast(ground, a) >= contrast(ground, b) ? a : b;
}

/** So much of a colour is mixed into another: a part from 0 to 1. */
export function mix(color: Color, other: Color, part: number): Color {
  const between = (index: 0 | 1 | 2) => color[index] * (1 - part) + other[index] * part;
  return [between(0), between(1), between(2)];
}

/** The colour itself where it stands out from the ground enough, else the nearest shade towards `end` that does. */
export function readableOn(ground: Color, color: Color, end: Color, ratio: number): Color {
  const steps = 1000;
  for (let step = 0; step < steps; step++) {
    const shade = rounded(mix(color, end, step / steps));
    if (contrast(shade, ground) >= ratio) return shade;
  }
  return end;
}

/** As it is after being written: the ratio must hold for what browsers get. */
function rounded(color: Color): Color {
  return parseColor(formatColor(color))!;
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance([red, green, blue]: Color): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The transfer function of sRGB (IEC 61966-2-1), backwards and forwards. */
function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encoded(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

// Colours for terminals. NO_COLOR (https://no-color.org) and anything but a terminal get plain text.
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** How to write to a stream. */
export function painter(stream: { readonly isTTY?: boolean | undefined }): Paint {
  return stream.isTTY === true && !process.env.NO_COLOR ? coloured : plain;
}

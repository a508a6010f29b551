// Pictures that an operator gives: what their bytes say they are, and how large. Only forms that browsers show in an <img>.
import { statSync } from "node:fs";
import { readRegularFile, whyUnreadable } from "../kit/files/read-file.ts";
import { sha256 } from "../kit/sha256.ts";
import { Mistake } from "../kit/yaml/schema.ts";

export interface Image {
  /** Media type. */
  readonly type: string;
  /** For the name of the file. */
  readonly extension: string;
  readonly body: Buffer<ArrayBuffer>;
  /** Hexadecimal, of the bytes. */
  readonly hash: string;
  /** Natural size, or what its proportions are. */
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Each reads the size out of its own kind of file, and returns undefined for any other. */
const kinds: readonly (readonly [type: string, extension: string, size: (body: Buffer) => Size | undefined])[] = [
  ["image/png", "png", pngSize],
  ["image/jpeg", "jpg", jpegSize],
  ["image/webp", "webp", webpSize],
  ["image/svg+xml", "svg", svgSize],
];

/** Of a picture beside a name. Bytes. */
export const largestIcon = 8 * 1024;

/** Throws Mistake. */
export const readIcon = (file: string): Image => readImage(file, largestIcon);

/** Reads a file of at most `limit` bytes. Throws Mistake with what is wrong with it. */
export function readImage(file: string, limit: number): Image {
  const body = read(file, limit);
  for (const [type, extension, sizeOf] of kinds) {
    const size = sizeOf(body);
    if (!size) continue;
    if (!(size.width > 0 && size.height > 0))
      throw new Mistake("has no size: an SVG needs a width and a height, or a viewBox");
    const hash = sha256(body).toString("hex").slice(0, 16);
    return { type, extension, body, hash, ...size };
  }
  throw new Mistake("must be an SVG, PNG, JPEG or WebP picture");
}

function read(file: string, limit: number): Buffer<ArrayBuffer> {
  try {
    const { size } = statSync(file);
    if (size > limit) throw new Mistake(`must be at most ${limit / 1024} KiB large, not ${Math.ceil(size / 1024)} KiB`);
    return readRegularFile(file);
  } catch (error) {
    if (error instanceof Mistake) throw error;
    throw new Mistake(`cannot be read: ${whyUnreadable(error)}`);
  }
}

/** https://www.w3.org/TR/png-3/#5PNG-file-signature; IHDR is the first chunk. */
function pngSize(body: Buffer): Size | undefined {
  if (!body.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex")) || body.length < 24) return undefined;
  return { width: body.readUInt32BE(16), height: body.readUInt32BE(20) };
}

/** ITU-T T.81: segments up to the frame header, SOF0 to SOF15 without DHT, JPG and DAC. */
function jpegSize(body: Buffer): Size | undefined {
  if (body.length < 4 || body.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= body.length && body[at] === 0xff) {
    const marker = body[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: body.readUInt16BE(at + 5), width: body.readUInt16BE(at + 7) };
    at += 2 + body.readUInt16BE(at + 2);
  }
  return undefined;
}

/** RFC 9649, sections 2.5 to 2.7. */
function webpSize(body: Buffer): Size | undefined {
  if (body.length < 30 || body.toString("latin1", 0, 4) !== "RIFF" || body.toString("latin1", 8, 12) !== "WEBP")
    return undefined;
  switch (body.toString("latin1", 12, 16)) {
    case "VP8X":
      return { width: body.readUIntLE(24, 3) + 1, height: body.readUIntLE(27, 3) + 1 };
    case "VP8L": {
      const bits = body.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: body.readUInt16LE(26) & 0x3fff, height: body.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}

/** Up to the root element: https://www.w3.org/TR/xml/#sec-prolog-dtd */
const svgStart =
  /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE[^>[]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg\b([^>]*)>/;

/** Its width and height in pixels, else those of its viewBox; 0 where it has neither. */
function svgSize(body: Buffer): Size | undefined {
  const match = svgStart.exec(body.toString("utf8"));
  if (!match) return undefined;
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(match[1]!)?.[1];
  const pixels = (text = "") => (/^\s*\d+(?:\.\d+)?(?:px)?\s*$/.test(text) ? Number.parseFloat(text) : 0);
  const [width, height] = [pixels(attribute("width")), pixels(attribute("height"))];
  if (width > 0 && height > 0) return { width, height };
  const box = (attribute("viewBox") ?? "").trim().split(/[\s,]+/);
  return { width: Number(box[2] ?? 0), height: Number(box[3] ?? 0) };
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readImage } from "../../../host/http/image.ts";
import { Mistake } from "../../../host/kit/yaml/schema.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { pictures, scriptedSvg } from "../support/pictures.ts";

function read(body: string | Uint8Array, limit = 16_384) {
  const file = join(temporaryFolder(), "picture");
  writeFileSync(file, body);
  const { type, width, height } = readImage(file, limit);
  return [type, width, height];
}

describe("a picture", () => {
  test.each([
    ["png", "image/png"],
    ["jpeg", "image/jpeg"],
    ["webp", "image/webp"],
    ["webpLossless", "image/webp"],
    ["webpExtended", "image/webp"],
  ] as const)("is known by its bytes, and so is its size: %s", (name, type) => {
    expect(read(pictures[name])).toEqual([type, 12, 5]);
  });

  test.each([
    ['<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40px"/>', 120, 40],
    ['<svg width="1.5" height="3" viewBox="0 0 9 9"/>', 1.5, 3],
    ["<svg viewBox='0 0 24 12'/>", 24, 12],
    ['<svg width="100%" height="2em" viewBox="-5,-5,30,10"></svg>', 30, 10],
    ['\uFEFF<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC "x" "y"><!-- b --><svg viewBox="0 0 2 1">', 2, 1],
  ])("as an SVG has the size that its root element says: %s", (source, width, height) => {
    expect(read(source)).toEqual(["image/svg+xml", width, height]);
  });

  test.each([
    ["<svg/>", /has no size/],
    ['<svg width="0" height="0"/>', /has no size/],
    ['<svg viewBox="0 0 a b"/>', /has no size/],
    ["<html><svg viewBox='0 0 1 1'/></html>", /must be an SVG, PNG, JPEG or WebP/],
    ["GIF89a", /must be an SVG, PNG, JPEG or WebP/],
    ["", /must be an SVG, PNG, JPEG or WebP/],
    [" ".repeat(16_385), /must be at most 16 KiB large, not 17 KiB/],
  ])("that cannot be shown is a mistake: %j", (source, message) => {
    expect(() => read(source)).toThrow(message);
  });

  test("that is not there is a mistake", () => {
    expect(() => readImage(join(temporaryFolder(), "none.png"), 10)).toThrow("cannot be read: there is no such file");
    expect(() => readImage(temporaryFolder(), 1_000_000)).toThrow("cannot be read: it is a folder");
  });

  test("that ends too soon, or is of any bytes, is read or a mistake", () => {
    const file = join(temporaryFolder(), "picture");
    const heads = [...Object.values(pictures), Buffer.from(scriptedSvg), Buffer.from("<svg ")];
    const body = fc
      .tuple(fc.constantFrom(...heads), fc.nat(80), fc.uint8Array({ maxLength: 60 }))
      .map(([head, length, tail]) => Buffer.concat([head.subarray(0, length), tail]));
    fc.assert(
      fc.property(body, (bytes) => {
        writeFileSync(file, bytes);
        try {
          const { width, height } = readImage(file, 16_384);
          expect(width > 0 && height > 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Mistake);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

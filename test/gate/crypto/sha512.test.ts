import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";

interface Sha512Exports {
  SHA512_BYTES: { readonly value: number };
  init(hash: number): void;
  update(hash: number, at: number, length: number): void;
  final(hash: number, digest: number): void;
}

const { exports: sha512, memory } = await compileAssembly<Sha512Exports>("crypto/sha512.ts");

function hash(ranges: readonly Uint8Array[]): Buffer {
  // Below the end of the memory, where each range is, so that reading past one traps.
  memory.clear();
  memory.reserve(1024);
  const state = memory.reserve(sha512.SHA512_BYTES.value);
  sha512.init(state);
  for (const range of ranges) {
    memory.clear();
    sha512.update(state, memory.place(range), range.length);
  }
  const digest = memory.reserve(64);
  sha512.final(state, digest);
  return memory.read(digest, 64);
}

const expected = (ranges: readonly Uint8Array[]) => createHash("sha512").update(Buffer.concat(ranges)).digest();

test("a message of every length around the block boundaries hashes as in node:crypto", () => {
  for (let length = 0; length <= 520; length++) {
    const message = Buffer.alloc(length, length);
    expect(hash([message]), `${length} bytes`).toEqual(expected([message]));
  }
});

test("a message hashes the same in however many ranges it comes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), (ranges) => {
      expect(hash(ranges)).toEqual(expected(ranges));
    }),
    { numRuns: 500 },
  );
});

test("a negative length counts as an empty range, and a hash begun forgets the one before", () => {
  const state = memory.reserve(sha512.SHA512_BYTES.value);
  sha512.init(state);
  sha512.update(state, memory.place(Buffer.from("forgotten")), 9);
  sha512.init(state);
  sha512.update(state, 0, -5);
  const digest = memory.reserve(64);
  sha512.final(state, digest);
  expect(memory.read(digest, 64)).toEqual(expected([]));
});

test("hashes that are under way at once do not mix", () => {
  memory.clear();
  const one = memory.reserve(sha512.SHA512_BYTES.value);
  const other = memory.reserve(sha512.SHA512_BYTES.value);
  const letters = memory.place(Buffer.from("abc".repeat(100)));
  sha512.init(one);
  sha512.init(other);
  for (let i = 0; i < 300; i += 3) {
    sha512.update(one, letters + i, 3);
    sha512.update(other, letters, 1);
  }
  const digest = memory.reserve(64);
  sha512.final(other, digest);
  expect(memory.read(digest, 64)).toEqual(expected([Buffer.from("a".repeat(100))]));
  sha512.final(one, digest);
  expect(memory.read(digest, 64)).toEqual(expected([Buffer.from("abc".repeat(100))]));
});

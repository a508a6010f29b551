import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";

interface Sha512Exports {
  init(): void;
  update(at: number, length: number): void;
  final(digest: number): void;
}

const { exports: sha512, memory } = await compileAssembly<Sha512Exports>("crypto/sha512.ts");

function hash(ranges: readonly Uint8Array[]): Buffer {
  sha512.init();
  for (const range of ranges) {
    memory.clear();
    sha512.update(memory.place(range), range.length);
  }
  const digest = memory.reserve(64);
  sha512.final(digest);
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
  sha512.init();
  sha512.update(memory.place(Buffer.from("forgotten")), 9);
  sha512.init();
  sha512.update(0, -5);
  const digest = memory.reserve(64);
  sha512.final(digest);
  expect(memory.read(digest, 64)).toEqual(expected([]));
});

// Compiles an AssemblyScript file on the spot, with the options the gate is built with, so that a test can compare it with
// an independent implementation in TypeScript.
import { join } from "node:path";
import asc from "assemblyscript/asc";

const root = join(import.meta.dirname, "..", "..");
const textLiterals = join(root, "scripts", "text-literals.js");
const modules = new Map<string, Promise<WebAssembly.Module>>();

export interface Assembly<Exports> {
  readonly exports: Exports;
  readonly memory: TestMemory;
}

/**
 * A new instance of a file under `assembly/`, for example `crypto/sha512.ts`: what the file exports, and memory to put the
 * arguments in. The compiled module is kept for the life of the process. Rejects with the compiler's messages.
 */
export async function compileAssembly<Exports>(entry: string): Promise<Assembly<Exports>> {
  const module = modules.get(entry) ?? compile(entry);
  modules.set(entry, module);
  const { exports } = await WebAssembly.instantiate(await module);
  return { exports: exports as Exports, memory: new TestMemory(exports.memory as WebAssembly.Memory) };
}

/**
 * Memory beyond all that the module knows of. It is handed out downwards from its end, so that code which reads or writes
 * past the first range that was placed after `clear` traps.
 */
export class TestMemory {
  readonly bytes: Buffer;
  private readonly bottom: number;
  private cursor: number;

  constructor(memory: WebAssembly.Memory, pages = 4) {
    this.bottom = memory.grow(pages) * 65536;
    this.bytes = Buffer.from(memory.buffer);
    this.cursor = this.bytes.length;
  }

  /** Takes back everything that was handed out. */
  clear(): void {
    this.cursor = this.bytes.length;
  }

  /** The address of `size` bytes, whatever they hold. */
  reserve(size: number): number {
    this.cursor -= size;
    if (this.cursor < this.bottom) throw new RangeError("the test's memory is used up");
    return this.cursor;
  }

  /** The address of a copy of `bytes`. */
  place(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  /** A copy of a range. */
  read(at: number, length: number): Buffer {
    return Buffer.from(this.bytes.subarray(at, at + length));
  }
}

async function compile(entry: string): Promise<WebAssembly.Module> {
  const args = ["--baseDir", root, "--config", "asconfig.json", "--target", "gate", "--transform", textLiterals];
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main([join("assembly", entry), ...args, "--outFile", "out.wasm"], {
    writeFile: (_name, contents) => {
      binary = new Uint8Array(contents as Uint8Array);
    },
  });
  if (error || !binary) throw new Error(`assembly/${entry} does not compile:\n${stderr.toString()}`, { cause: error });
  return WebAssembly.compile(binary);
}

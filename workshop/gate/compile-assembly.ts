// Compiles an AssemblyScript file on the spot, with the options the gate is built with, so that a test can compare it with
// an independent implementation in TypeScript. What was compiled is kept in .cache/ until a source of it changes.
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import asc from "assemblyscript/asc";
import { cache } from "../programs/wheel.ts";

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
  const folder = join(cache, "assembly");
  const name = entry.replace(/^[./]+/, "").replaceAll("/", "-");
  const kept = join(folder, `${name}-${digestOfSources()}.wasm`);
  if (existsSync(kept)) return WebAssembly.compile(readFileSync(kept));
  const binary = await compileNow(entry);
  mkdirSync(folder, { recursive: true });
  // Several test files compile the same at a time: it stays once it is there, and is there whole.
  for (const old of globSync(`${name}-*.wasm`, { cwd: folder }))
    if (old !== basename(kept)) rmSync(join(folder, old), { force: true });
  writeFileSync(`${kept}.${process.pid}`, binary);
  renameSync(`${kept}.${process.pid}`, kept);
  return WebAssembly.compile(binary);
}

/** Of all that decides what comes of a file. */
function digestOfSources(): string {
  const hash = createHash("sha256").update(asc.version);
  const files = globSync("{assembly,test/assembly}/**/*.{ts,json}", { cwd: root }).sort();
  for (const file of [...files, "asconfig.json", "scripts/text-literals.js", "workshop/gate/compile-assembly.ts"])
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 32);
}

async function compileNow(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  const args = ["--baseDir", root, "--config", "asconfig.json", "--target", "gate", "--transform", textLiterals];
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main([join("assembly", entry), ...args, "--outFile", "out.wasm"], {
    writeFile: (_name, contents) => {
      binary = new Uint8Array(contents as Uint8Array);
    },
  });
  if (error || !binary) throw new Error(`assembly/${entry} does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}

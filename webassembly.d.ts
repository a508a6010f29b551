// The part of the WebAssembly JavaScript API that this project uses (W3C WebAssembly JavaScript Interface). Node has it, but
// TypeScript declares it only together with a browser's DOM, which has no place in a server's types.
declare namespace WebAssembly {
  type ExportKind = "function" | "global" | "memory" | "table" | "tag";
  type Exports = Record<string, unknown>;
  type Imports = Record<string, Record<string, unknown>>;

  class Module {
    constructor(bytes: BufferSource);
    static imports(module: Module): { module: string; name: string; kind: ExportKind }[];
    static exports(module: Module): { name: string; kind: ExportKind }[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    /** Grows by so many pages of 64 KiB and returns how many there were. */
    grow(pages: number): number;
  }

  class RuntimeError extends Error {}
  class CompileError extends Error {}
  class LinkError extends Error {}

  type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;

  function compile(bytes: BufferSource): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}

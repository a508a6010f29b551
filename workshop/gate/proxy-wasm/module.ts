// A compiled filter, and whether the proxies that it is meant for can link it.
import { ABI_MARKER } from "./abi.ts";
import { GuestError } from "./guest-error.ts";
import { linkable } from "./host-functions.ts";

export class FilterModule {
  readonly compiled: WebAssembly.Module;
  /** `env.proxy_log` and the like, sorted. */
  readonly imports: readonly string[];
  /** Names of exported functions, sorted. */
  readonly exports: readonly string[];

  /** Throws a GuestError that names what Envoy or ngx_wasm_module would refuse to link. */
  constructor(binary: Uint8Array<ArrayBuffer>) {
    this.compiled = new WebAssembly.Module(binary);
    this.imports = WebAssembly.Module.imports(this.compiled)
      .map(({ module, name }) => `${module}.${name}`)
      .sort();
    this.exports = WebAssembly.Module.exports(this.compiled)
      .filter(({ kind }) => kind === "function")
      .map(({ name }) => name)
      .sort();
    const foreign = this.imports.filter((name) => !linkable.has(name));
    if (foreign.length > 0) throw new GuestError(`imports that not every proxy links: ${foreign.join(", ")}`);
    if (!this.exports.includes(ABI_MARKER)) throw new GuestError(`the module does not export ${ABI_MARKER}`);
    if (!this.allocator) throw new GuestError("the module exports neither proxy_on_memory_allocate nor malloc");
  }

  /** The export that gives the host blocks of the guest's memory. */
  get allocator(): string | undefined {
    return ["proxy_on_memory_allocate", "malloc"].find((name) => this.exports.includes(name));
  }
}

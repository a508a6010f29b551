// The plugin's memory as the host reads and writes it. What lies outside of it is an error of the plugin, as in the real host.
export class GuestBytes {
  readonly #memory: () => WebAssembly.Memory;

  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  get view(): DataView {
    return new DataView(this.#memory().buffer);
  }

  get size(): number {
    return this.#memory().buffer.byteLength;
  }

  /** One character a byte. */
  text(at: number, length: number): string {
    return Buffer.from(this.#range(at, length)).toString("latin1");
  }

  write(at: number, bytes: Uint8Array): void {
    this.#range(at, bytes.length).set(bytes);
  }

  #range(at: number, length: number): Uint8Array {
    const [from, size] = [at >>> 0, length >>> 0];
    if (from + size > this.size) throw new WebAssembly.RuntimeError(`${size} bytes at ${from} are out of bounds`);
    return new Uint8Array(this.#memory().buffer, from, size);
  }
}

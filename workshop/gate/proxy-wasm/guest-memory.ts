// The guest's memory as the host uses it: what the guest points at is checked and read, what it is given goes into a block
// that it allocates itself.

/** An address outside the memory, or no block for what the host has to hand over. The guest gets status 6. */
export class InvalidMemoryAccess extends Error {}

export class GuestMemory {
  private readonly memory: WebAssembly.Memory;
  private readonly allocate: (size: number) => number;

  /** @param allocate the guest's `proxy_on_memory_allocate` or `malloc` */
  constructor(memory: WebAssembly.Memory, allocate: (size: number) => number) {
    this.memory = memory;
    this.allocate = allocate;
  }

  /** Bytes that the guest's memory takes. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /** A copy of a range. */
  read(at: number, length: number): Buffer {
    return Buffer.from(this.range(at, length));
  }

  /** A range as a byte string. */
  readText(at: number, length: number): string {
    return this.range(at, length).toString("latin1");
  }

  write(at: number, bytes: Buffer): void {
    bytes.copy(this.range(at, bytes.length));
  }

  write32(at: number, value: number): void {
    this.range(at, 4).writeUInt32LE(value >>> 0);
  }

  write64(at: number, value: bigint): void {
    this.range(at, 8).writeBigUInt64LE(BigInt.asUintN(64, value));
  }

  /** Puts bytes into a block of the guest's and writes where it is and how long. No bytes need no block: address 0. */
  hand(bytes: Buffer, addressAt: number, lengthAt: number): void {
    const address = bytes.length === 0 ? 0 : this.block(bytes);
    this.write32(addressAt, address);
    this.write32(lengthAt, bytes.length);
  }

  private block(bytes: Buffer): number {
    const address = this.allocate(bytes.length) >>> 0;
    if (address === 0) throw new InvalidMemoryAccess(`the guest has no block of ${bytes.length} bytes`);
    bytes.copy(this.range(address, bytes.length));
    return address;
  }

  /** The buffer is another one whenever the memory has grown, so no view of it is kept. */
  private range(at: number, length: number): Buffer {
    const address = at >>> 0;
    const size = length >>> 0;
    if (address + size > this.size) throw new InvalidMemoryAccess(`${size} bytes at ${address} of ${this.size}`);
    return Buffer.from(this.memory.buffer, address, size);
  }
}

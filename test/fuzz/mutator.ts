// Makes new inputs of old ones: flipped bits, words of the dictionary, pieces repeated, moved, left out and taken from others.

/** Longest input that is made. */
export const MAX_INPUT = 16_384;

const hostile = [
  0, 1, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2e, 0x2f, 0x3b, 0x3f, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff,
];

export class Mutator {
  private state: number;
  private readonly work = new Uint8Array(MAX_INPUT);
  private length = 0;

  /** The same seed makes the same inputs. */
  constructor(seed: number) {
    this.state = seed | 1;
  }

  /** An input made of one of the corpus; good until the next. */
  next(corpus: readonly Uint8Array[], dictionary: readonly Uint8Array[]): Uint8Array {
    const parent = corpus[this.below(corpus.length)]!;
    this.work.set(parent);
    this.length = parent.length;
    let rounds = 1;
    while (rounds < 12 && this.below(3) > 0) rounds++;
    for (; rounds > 0; rounds--) this.mutate(corpus, dictionary);
    return this.work.subarray(0, this.length);
  }

  /** A whole number from 0 up to, but not, the bound (xorshift32). */
  below(bound: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) % bound;
  }

  private mutate(corpus: readonly Uint8Array[], dictionary: readonly Uint8Array[]): void {
    const at = this.below(this.length + 1);
    switch (this.below(10)) {
      case 0:
        if (at < this.length) this.work[at]! ^= 1 << this.below(8);
        return;
      case 1:
        if (at < this.length) this.work[at] = this.below(256);
        return;
      case 2:
        if (at < this.length) this.work[at] = hostile[this.below(hostile.length)]!;
        return;
      case 3:
        this.insert(at, Uint8Array.of(hostile[this.below(hostile.length)]!));
        return;
      case 4:
      case 5:
        this.insert(at, dictionary[this.below(dictionary.length)]!);
        return;
      case 6:
        this.remove(at, 1 + this.below(this.below(8) === 0 ? this.length + 1 : 8));
        return;
      case 7:
        this.insert(at, this.piece(this.work.slice(0, this.length)));
        return;
      case 8:
        this.insert(at, this.piece(corpus[this.below(corpus.length)]!));
        return;
      default:
        this.repeat(at);
        return;
    }
  }

  private piece(from: Uint8Array): Uint8Array {
    const start = this.below(from.length + 1);
    return from.subarray(start, start + this.below(this.below(4) === 0 ? 256 : 16));
  }

  /** Writes a short piece many times over. */
  private repeat(at: number): void {
    const piece = this.work.slice(at, Math.min(this.length, at + 1 + this.below(6)));
    const times = this.below(16) === 0 ? this.below(2000) : this.below(24);
    const repeated = new Uint8Array(Math.min(piece.length * times, MAX_INPUT));
    for (let i = 0; i < repeated.length; i++) repeated[i] = piece[i % piece.length]!;
    this.insert(at, repeated);
  }

  private insert(at: number, bytes: Uint8Array): void {
    if (this.length + bytes.length > MAX_INPUT) return;
    this.work.copyWithin(at + bytes.length, at, this.length);
    this.work.set(bytes, at);
    this.length += bytes.length;
  }

  private remove(at: number, count: number): void {
    const end = Math.min(this.length, at + count);
    this.work.copyWithin(at, end, this.length);
    this.length -= end - at;
  }
}

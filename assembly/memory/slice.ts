// Some bytes of somebody else: where they begin and how many there are. What a function finds is written into a slice that its
// caller has at a fixed address, so that nothing is allocated and two results stand side by side.

@unmanaged
export class Slice {
  at: usize;
  length: i32;
}

/** Makes a slice stand for these bytes. */
// @ts-ignore: decorator
@inline
export function setSlice(slice: Slice, at: usize, length: i32): void {
  slice.at = at;
  slice.length = length;
}

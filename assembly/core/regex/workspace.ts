// The one static block that compiling and matching scribble in. No two of them are ever under way at once, so each lays
// the block out anew; nothing in it is kept from one call to the next.

/** Instructions of the largest program. A place in a program fits 16 bits. */
export const MAX_INSTRUCTIONS: i32 = 16384;
/** Instructions that can hold a thread, times capture slots: what bounds the memory of a match with captures. */
export const MAX_CAPTURE_CELLS: i32 = 65536;

/** 800 KiB: Pike's machine (pike.ts) needs the most. A page that is never touched costs no memory. */
// @ts-ignore: decorator
@lazy
export const workspace: usize = memory.data(800 * 1024, 16);

// The one static block that compiling and matching scribble in. Neither is ever under way twice, so each may lay the
// block out anew; nothing in it is kept from one call to the next.

/** Instructions of the largest program. A position in a program fits 16 bits. */
export const MAX_INSTRUCTIONS: i32 = 16384;
/** Instructions that may hold a thread, times capture slots: what bounds the memory of a match with captures. */
export const MAX_CAPTURE_CELLS: i32 = 65536;

/** 768 KiB: Pike's machine (pike.ts) needs the most. Pages never touched cost no memory. */
export const workspace: usize = memory.data(768 * 1024, 16);

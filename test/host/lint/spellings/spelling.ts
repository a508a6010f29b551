// What another spelling is: an edit of a clean configuration that opens nothing.
import type { Hole } from "../holes/hole.ts";

export type Spelling = Pick<Hole, "what" | "config" | "file" | "edit">;

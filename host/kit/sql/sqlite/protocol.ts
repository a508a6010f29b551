// What is said between the event loop (database.ts) and the thread that has the database open (thread.ts).
import type { SQLInputValue } from "node:sqlite";

/** Names the file that the questions after it are about. */
export interface Opening {
  readonly open: string;
}

/** A statement, in the store's words, for one of the connections. */
export interface Question {
  readonly id: number;
  readonly on: "reader" | "writer";
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

export interface Answer {
  readonly id: number;
  readonly rows?: readonly unknown[];
  readonly changes?: number;
  readonly error?: { readonly message: string /** SQLite's result code. */; readonly code: number | undefined };
}

/** Another process has changed something. */
export const changed = "changed";
/** Asks to be told so from now on. */
export const watch = "watch";
/** Closes the database; the thread says so, and takes another one. */
export const close = "close";
export const closed = "closed";

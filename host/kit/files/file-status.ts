// What has become of a file that the running host follows, as /api/health shows it.

export type FileStatus =
  /** The host runs with what the file says. */
  | { readonly status: "current" }
  /** The file has mistakes, `file:line:col: path: message` each; the host goes on with what it had. */
  | { readonly status: "rejected"; readonly problem: string }
  /** These keys hold only after a restart; the rest of the file is in force. */
  | { readonly status: "restart_needed"; readonly keys: readonly string[] };

export const current: FileStatus = { status: "current" };

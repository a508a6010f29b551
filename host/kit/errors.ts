// Errors that the operator of the host can put right, as opposed to mistakes in the program.

/** Callers switch on the code; the message is a whole sentence for the operator. */
export type HostErrorCode =
  | "invalid_file"
  | "encryption_key"
  | "storage"
  | "listen"
  | "assets"
  | "token_size"
  | "not_found"
  | "unavailable"
  | "usage";

export class HostError extends Error {
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HostError";
    this.code = code;
  }
}

/** What whoever calls a command has to call otherwise. */
export function usage(message: string): HostError {
  return new HostError("usage", message);
}

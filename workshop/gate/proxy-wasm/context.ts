// What a call of the guest's acts on: the filter as a whole (the root context) or one stream.
import type { Status } from "./abi.ts";
import type { Headers } from "./headers.ts";

/** A local response as the guest asks for it. */
export interface LocalResponse {
  readonly status: number;
  readonly details: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface Context {
  readonly id: number;
  /** A header map of this context, while it can be reached. */
  headers(map: number): Headers | undefined;
  /** Elements of the path are separated by NUL. */
  property(path: string): Buffer | undefined;
  setProperty(path: string, value: Buffer): Status;
  sendLocalResponse(response: LocalResponse): void;
  continueStream(type: number): void;
  closeStream(type: number): void;
  /** Notes the name of a host function that the guest called for this context. */
  noteHostCall(name: string): void;
}

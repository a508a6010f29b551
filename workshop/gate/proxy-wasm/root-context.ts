// The filter as a whole: it has configuration and properties of its own, and no stream.
import { Status } from "./abi.ts";
import type { Context } from "./context.ts";
import { GuestError } from "./guest-error.ts";

export class RootContext implements Context {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }

  headers(): undefined {
    return undefined;
  }

  property(path: string): Buffer | undefined {
    return path === "plugin_root_id" || path === "plugin_name" ? Buffer.from("zerohop") : undefined;
  }

  setProperty(): Status {
    return Status.notFound;
  }

  sendLocalResponse(): never {
    throw new GuestError("a local response outside of a stream");
  }

  continueStream(): never {
    throw new GuestError("continue outside of a stream");
  }

  closeStream(): never {
    throw new GuestError("close outside of a stream");
  }

  noteHostCall(): void {}
}

// The key-value store that all instances of one vm_id share, with compare-and-swap as Envoy does it.
import { Status } from "./abi.ts";

export interface SharedValue {
  readonly value: Buffer;
  /** Changes with every write; never 0. */
  readonly cas: number;
}

export class SharedData {
  private readonly values = new Map<string, SharedValue>();
  private lastCas = 0;

  get(key: string): SharedValue | undefined {
    return this.values.get(key);
  }

  /** `cas` 0 writes in any case, and any `cas` does on an absent key: there is no create-if-absent. */
  set(key: string, value: Buffer, cas: number): Status {
    const present = this.values.get(key);
    if (present && cas !== 0 && cas !== present.cas) return Status.casMismatch;
    this.lastCas += 1;
    this.values.set(key, { value, cas: this.lastCas });
    return Status.ok;
  }
}

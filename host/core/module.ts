// build/core.wasm: what it exports, and instances of it.
import { readFileSync } from "node:fs";
import { installed } from "../kit/installation.ts";

/** assembly/embedded/, as seen from here. Addresses and lengths count bytes of `memory`. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  begin(): void;
  allocate(size: number): number;
  loadPolicy(at: number, length: number): number;
  freePolicy(policy: number): void;
  problemAt(): number;
  problemLength(): number;
  setMethod(at: number, length: number): void;
  setUrl(at: number, length: number): void;
  setAddress(at: number, length: number): void;
  setIdentity(
    nameAt: number,
    nameLength: number,
    groupsAt: number,
    groupsLength: number,
    level: number,
    authTime: number,
  ): void;
  addMethodReference(at: number, length: number): void;
  decide(policy: number, now: number): number;
  explain(policy: number, rule: number, criterion: number): number;
  listAskedGroups(policy: number): number;
  askedGroupsLength(): number;
  accessOfRule(policy: number, rule: number): number;
  readAs(reading: number): number;
  departures(): number;
  resourceAt(): number;
  resourceLength(): number;
  pathLength(): number;
  decideReading(policy: number, now: number): number;
  decidedRule(): number;
  decidedAccess(): number;
  decidedLoginReason(): number;
  decidedBasicUse(): number;
  refusalAt(): number;
  refusalLength(): number;
  start(secretAt: number): void;
  textsAt(): number;
  questionAt(): number;
  rulingAt(): number;
  loadBundle(at: number, length: number): number;
  loadFeed(at: number, length: number): number;
  decideQuestion(mayWait: number): number;
  refuseQuestion(refusal: number): void;
  takeRenewal(
    session: number,
    at: number,
    length: number,
    profileAt: number,
    profileLength: number,
    now: number,
  ): number;
  takeVoucher(
    domain: number,
    addressAt: number,
    addressLength: number,
    credentialAt: number,
    credentialLength: number,
    voucherAt: number,
    voucherLength: number,
    now: number,
  ): number;
}

const file = installed("build", "core.wasm");
let module: WebAssembly.Module | undefined;
let instance: CoreExports | undefined;

/** A core of its own. Throws when build/core.wasm is missing. */
export function startCore(): CoreExports {
  module ??= new WebAssembly.Module(readFileSync(file));
  return new WebAssembly.Instance(module).exports as unknown as CoreExports;
}

/** The core that everybody asks about policies, started at the first call. */
export function core(): CoreExports {
  instance ??= startCore();
  return instance;
}

let view = Buffer.alloc(0);

/** The core's memory. The view is good until the core allocates. */
export function bytes(): Buffer<ArrayBuffer> {
  const { buffer } = core().memory;
  if (view.buffer !== buffer) view = Buffer.from(buffer as ArrayBuffer);
  return view;
}

/** Room in the core's memory, for the question that is being asked. */
export function allocate(length: number): number {
  const at = core().allocate(length);
  if (at === 0) throw new RangeError(`the core has no room for ${length} bytes`);
  return at;
}

/** Copies bytes into the core's memory, for the question that is being asked. */
export function place(text: Uint8Array): number {
  const at = allocate(text.length);
  bytes().set(text, at);
  return at;
}

const decoder = new TextDecoder();

/** The text at an address of the core's memory. */
export function textAt(at: number, length: number): string {
  return decoder.decode(bytes().subarray(at, at + length));
}

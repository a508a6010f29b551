// Requests, as the host asks about them: build/core.wasm. An input is lines: method, URL, address, level, user, groups.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreExports } from "../../../host/core/module.ts";
import { BrokenPromise, Bytes, linesOf, type Target } from "../target.ts";
import { addressWords, policy, urlWords } from "./samples.ts";

const file = join(import.meta.dirname, "..", "..", "..", "build", "core.wasm");
const module = new WebAssembly.Module(readFileSync(file));

/** A core of its own for each target, so that a trap in one is no other's. */
export function newCore(): CoreExports {
  return new WebAssembly.Instance(module).exports as unknown as CoreExports;
}

export function placeIn(core: CoreExports, bytes: Bytes, input: Uint8Array): number {
  const at = core.allocate(input.length) >>> 0;
  if (at === 0) throw new BrokenPromise(`no room for ${input.length} bytes`);
  bytes.all.set(input, at);
  return at;
}

export function requests(): Target {
  const core = newCore();
  const bytes = new Bytes(core.memory);
  core.begin();
  const json = Buffer.from(JSON.stringify(policy));
  const handle = core.loadPolicy(placeIn(core, bytes, json), json.length);

  return {
    seeds: [
      "GET\nhttps://app.example.com/health?x=1\n10.0.0.1\n1\nalice\nadmins,dev",
      "POST\nhttps://alice-dev.example.com:8443/a/b;c=d/%3f%23\n2001:db8::1\n2\nbob\ndev",
      "PROPFIND\nwss://App.Example.com/home/alice/?token=0f&a=b+c%20d\n[::ffff:10.0.0.1]:80\n\n\n",
      "GET\nhttps://dev.example.com/%E2%82%AC/aab\n192.0.2.1:443\n2\nalice\ndev",
    ],
    dictionary: [...urlWords, ...addressWords, "GET", "\n"],
    pages: () => bytes.pages,
    run(input) {
      core.begin();
      const at = placeIn(core, bytes, input);
      const [method, url, address, level, user, groups, end] = linesOf(input, 6) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      core.setMethod(at + method, url - method - 1);
      if (address <= input.length) core.setUrl(at + url, address - url - 1);
      if (level <= input.length) core.setAddress(at + address, level - address - 1);
      if (groups <= input.length && groups - user > 1) {
        const packed = packGroups(input.subarray(groups, end - 1));
        core.setIdentity(
          at + user,
          groups - user - 1,
          placeIn(core, bytes, packed),
          packed.length,
          input[level] === 0x32 ? 2 : 1,
          1000,
        );
      }
      const outcome = core.decide(handle, 1500);
      if (outcome === 4 && core.refusalLength() === 0) throw new BrokenPromise("refused without a reason");
      if (outcome < 0 || outcome > 4 || core.decidedRule() > policy.rules.length)
        throw new BrokenPromise(`outcome ${outcome}`);
      const told = outcome | (core.decidedRule() << 3) | (core.decidedLoginReason() << 8) | (core.refusalAt() << 12);
      if (outcome < 4) askEachReading(core, handle, outcome);
      return told;
    },
  };
}

/** What is decided holds in each way to read the path. */
function askEachReading(core: CoreExports, handle: number, outcome: number): void {
  if (!core.readAs(0)) throw new BrokenPromise("decided without a reading");
  const departures = core.departures();
  for (let reading = departures; reading > 0; reading = (reading - 1) & departures) {
    if (!core.readAs(reading)) throw new BrokenPromise(`decided with an unreadable reading ${reading}`);
    if (core.decideReading(handle, 1500) !== outcome)
      throw new BrokenPromise(`reading ${reading} is decided otherwise`);
  }
}

/** Groups between commas, each with its length in front. */
function packGroups(list: Uint8Array): Uint8Array {
  const packed = new Uint8Array(list.length + 2 * list.length + 2);
  let to = 0;
  for (let from = 0; from <= list.length; ) {
    const comma = list.indexOf(0x2c, from);
    const end = comma < 0 ? list.length : comma;
    packed[to++] = (end - from) & 0xff;
    packed[to++] = (end - from) >> 8;
    packed.set(list.subarray(from, end), to);
    to += end - from;
    from = end + 1;
  }
  return packed.subarray(0, to);
}

// Policies as JSON, compiled by build/core.wasm, asked and freed again.
import { BrokenPromise, Bytes, type Target } from "../target.ts";
import { newCore, placeIn } from "./requests.ts";
import { addressWords, jsonWords, policy, policyWords, regexWords } from "./samples.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const questions = [
  "https://app.example.com/home/alice/?token=0f",
  "https://alice-dev.example.com/a;b/aab",
  "https://x.org/",
].map(encode);
const get = encode("GET");
const address = encode("10.0.0.1");

export function policies(): Target {
  const core = newCore();
  const bytes = new Bytes(core.memory);

  function ask(handle: number, url: Uint8Array, known: boolean): number {
    core.begin();
    core.setMethod(placeIn(core, bytes, get), get.length);
    core.setUrl(placeIn(core, bytes, url), url.length);
    core.setAddress(placeIn(core, bytes, address), address.length);
    if (known) core.setIdentity(placeIn(core, bytes, get), get.length, 0, 0, 1, 0);
    return core.decide(handle, 1000);
  }

  return {
    seeds: [
      JSON.stringify(policy),
      ...policy.rules.map((rule) => JSON.stringify({ rules: [rule] })),
      '{"default_policy":"one_factor"}',
    ],
    dictionary: [...jsonWords, ...policyWords, ...regexWords.map((word) => JSON.stringify(word)), ...addressWords],
    pages: () => bytes.pages,
    run(input) {
      core.begin();
      const handle = core.loadPolicy(placeIn(core, bytes, input), input.length) >>> 0;
      if (handle === 0) {
        const length = core.problemLength();
        if (length <= 0 || length > 1024) throw new BrokenPromise(`a problem of ${length} bytes`);
        const at = core.problemAt();
        return bytes.all
          .subarray(at, at + Math.min(length, 60))
          .reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7);
      }
      let outcomes = 1;
      for (const url of questions) outcomes = outcomes * 25 + ask(handle, url, true) * 5 + ask(handle, url, false);
      core.freePolicy(handle);
      return outcomes;
    },
  };
}

// A gate's life as bytes tell it (test/gate/interleaving.ts): requests, the host's answers, bundles, ticks and clocks in any
// order. An input is a list of steps of two bytes.

import { GuestError } from "../../../workshop/gate/proxy-wasm/guest-error.ts";
import { Interleaving, Violation } from "../../gate/interleaving.ts";
import { BrokenPromise, type Target } from "../target.ts";

/** Bytes of an input that are played: time is better spent on many lives than on long ones. */
const LONGEST = 320;
const counters = [
  ...["renewals.renewed", "renewals.ended", "renewals.failed", "basic_calls.good", "basic_calls.bad"],
  ...[
    "basic_calls.failed",
    "bundles_rejected",
    "sockets_closed",
    "decisions.allow.bypass",
    "decisions.login.two_factor",
  ],
  ...["decisions.deny.deny", "decisions.refuse.deny", "decisions.refuse.one_factor", "decisions.login.one_factor"],
];

/** A step: an operation of `Interleaving`, its manner, and its argument. */
const step = (operation: number, manner: number, argument: number) =>
  String.fromCharCode((manner << 4) | operation, argument);

const seeds = [
  // Alice comes with a fresh cookie, with one in its second half, and with one that has run out.
  step(0, 1, 0) + step(0, 1, 0x20) + step(6, 0, 0) + step(4, 0, 0) + step(0, 1, 0x50) + step(6, 0, 0),
  // Credentials, right and wrong, beside a cookie.
  step(0, 4, 0) + step(8, 0, 0) + step(0, 5, 4) + step(0, 7, 4) + step(8, 0, 0) + step(13, 0, 127) + step(0, 4, 0),
  // An open connection, and a bundle that revokes its session.
  step(10, 0, 7) + step(12, 0, 0) + step(0, 1, 0x10) + step(10, 0, 7) + step(12, 1, 1) + step(0, 1, 0),
  // A host that falls silent, and comes back.
  step(0, 1, 0x50) + step(6, 7, 0) + step(10, 0, 7) + step(0, 1, 0x51) + step(10, 0, 7) + step(6, 0, 0) + step(4, 0, 0),
];

export function interleavings(): Target {
  let pages = 0;
  return {
    seeds,
    dictionary: [4, 6, 8, 10, 12, 13].flatMap((operation) =>
      [0, 7, 8, 12, 15].map((manner) => step(operation, manner, 0)),
    ),
    pages: () => pages,
    run(input) {
      const life = new Interleaving();
      try {
        life.run(input.subarray(0, LONGEST));
      } catch (error) {
        if (error instanceof Violation || error instanceof GuestError) throw new BrokenPromise(error.message);
        throw error;
      }
      pages = Math.max(pages, life.gate.workers[0]!.instance.memory.size / 65_536);
      return counters.reduce((bits, name, i) => bits | (life.gate.metrics.value(`zerohop.${name}`) ? 1 << i : 0), 0);
    },
  };
}

// The protocol of gates and host: what a gate asks, what it is answered, and what a bundle says. Each names the version that it speaks,
// and speaks the one before as well, so that an upgrade may take them one after the other, in either order (docs/upgrading.md).
import type { Logger } from "../../kit/log.ts";

/** A header of every question and of every answer. The gate in assembly/ has it too (proxy-wasm/edge/protocol.ts). */
export const protocolHeader = "x-zerohop-protocol";

/** Raised with whatever the release before would not understand, and at most by one from a release to the next. */
export const protocol = 2;

/** What those speak that name none. */
const unnamed = 1;

/**
 * Compares this side's protocol with that of others, and says once of each of them, and of each protocol, that it is another one. They
 * are served all the same: a gate refuses by itself a bundle that it does not understand, and silence would shut everybody out.
 */
export class Protocols {
  readonly #others: "gate" | "host";
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(others: "gate" | "host", log: Logger) {
    this.#others = others;
    this.#log = log;
  }

  /** `header` is what the other side says, and `about` tells in the log who that is. Returns its protocol where it is another one. */
  mismatch(header: string | null | undefined, about: Readonly<Record<string, string>>): number | undefined {
    const theirs = header == null ? unnamed : Number(/^\d{1,4}$/.exec(header)?.[0] ?? 0);
    if (theirs === protocol) return undefined;
    const name = JSON.stringify([theirs, about]);
    if (!this.#told.has(name)) this.#tell(theirs, about);
    this.#told.add(name);
    return theirs;
  }

  #tell(theirs: number, about: Readonly<Record<string, string>>): void {
    const other = this.#others;
    const own = other === "gate" ? "host" : "gate";
    const isBridged = Math.abs(theirs - protocol) === 1;
    const outlook = isBridged ? "they go together, but the next release may not" : "they may not understand each other";
    this.#log[isBridged ? "warn" : "error"](
      { ...about, protocol: theirs },
      `the ${other} speaks protocol ${theirs}, this ${own} ${protocol}: ${outlook}; update the ${theirs < protocol ? other : own}`,
    );
  }
}

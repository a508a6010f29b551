// What holds for the program of every gate, read in its text: no garbage collector, and one place that can give up.
import { beforeAll, describe, expect, test } from "vitest";
import { compiledFunctions } from "../../workshop/gate/compiled-functions.ts";

/** @param entry path of the module that is compiled, from the root */
export function describeProgram(entry: string): void {
  describe("the program", () => {
    let functions: ReadonlyMap<string, string>;

    beforeAll(async () => {
      functions = await compiledFunctions(entry);
    }, 60_000);

    test("has no garbage collector, and no object, string or array that would need one", () => {
      const fromLibrary = [...functions.keys()].filter((name) => name.startsWith("~lib/"));
      expect(fromLibrary.length).toBeGreaterThan(0);
      const raw = /^~lib\/(rt\/tlsf|rt\/common|util\/memory|memory|builtins|polyfills|native|number)\//;
      expect(fromLibrary.filter((name) => !raw.test(name))).toEqual([]);
    });

    test("has one place that can give up: the allocator, when the proxy has no more memory", () => {
      const givingUp = [...functions]
        .filter(([, body]) => body.includes("call $~lib/builtins/abort"))
        .map(([name]) => name);
      expect(givingUp).toEqual(["~lib/rt/tlsf/prepareSize"]);
    });
  });
}

// Asks on a terminal for something that must not be seen.
import { usage } from "../kit/errors.ts";

const enter = /[\r\n]/;
const backspace = /[\b\x7f]/;
const endOfInput = "\x04";
const interrupt = "\x03";

/** Reads a line from the terminal without showing it. The question goes to stderr, so that stdout stays clean. */
export function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  return new Promise((resolve, reject) => {
    let line = "";
    const finish = (settle: () => void) => {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    };
    const onData = (typed: string) => {
      for (const character of typed) {
        if (character === interrupt) return finish(() => reject(usage("interrupted")));
        if (enter.test(character) || character === endOfInput) return finish(() => resolve(line));
        line = backspace.test(character) ? [...line].slice(0, -1).join("") : line + character;
      }
    };
    stdin.on("data", onData);
  });
}

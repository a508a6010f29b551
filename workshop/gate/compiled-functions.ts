// An AssemblyScript program as its compiler understands it. Without optimisation a function keeps its name, and the compiler
// leaves out only what nothing can reach. Without `--use abort=` every `throw`, failed index and failed cast is a call of abort.
import { join } from "node:path";
import asc from "assemblyscript/asc";

const root = join(import.meta.dirname, "..", "..");

/** The functions of a program by name, each as text. `entry` is its file, from the root of the project. */
export async function compiledFunctions(entry: string): Promise<ReadonlyMap<string, string>> {
  let text = "";
  const options = ["--runtime", "minimal", "--noAssert", "--textFile", "program.wat"];
  const transform = ["--transform", join(root, "scripts", "text-literals.js")];
  const { error, stderr } = await asc.main([entry, "--baseDir", root, ...transform, ...options], {
    writeFile: (_name, contents) => {
      text = String(contents);
    },
  });
  if (error) throw new Error(stderr.toString(), { cause: error });
  const bodies = text.split(/^ \(func (?=\$)/m).slice(1);
  return new Map(bodies.map((body) => [/^\$(\S+)/.exec(body)![1]!, body]));
}

// Gates that do only a part of the work, the same request going on with each: the difference between two of them is what the part
// between costs, with all that it pushes out of the processor's caches.
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import asc from "assemblyscript/asc";

const root = join(import.meta.dirname, "..", "..");
const textLiterals = join(root, "scripts", "text-literals.js");

/** A statement that is put in place of another one, which stands in its file below assembly/ once. */
interface Cut {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface PartialGate {
  readonly name: string;
  /** What it does that the one before does not. */
  readonly part: string;
  readonly cuts: readonly Cut[];
}

const filter = "proxy-wasm/envoy/filter.ts";
const decided = "  let outcome = decideNow(readRequest(), now);\n";
const edited = "  forEachEdit(request, decision, carryOut);\n";
const identity = "    (!isDecided || addIdentity(decision, carryOut))\n";

/** The calls that an allowed request takes, with values as long as those of the request that is measured. */
const callsAlone = `  if (readHeaders(map, HeaderMap.RequestHeaders)) {
    carryOut(Edit.Set, text("cookie"), text("theme=dark; lang=en-GB").at, 22);
    carryOut(Edit.Add, text("remote-user"), text("alice").at, 5);
    carryOut(Edit.Add, text("remote-groups"), text("admins,dev").at, 10);
    carryOut(Edit.Add, text("remote-name"), text("Alice Example").at, 13);
    carryOut(Edit.Add, text("remote-email"), text("alice@example.com").at, 17);
    return Action.Continue;
  }
`;

/** From what every wasm filter costs to all that the gate does, and last what of that is not the gate's own. */
export const partialGates: readonly PartialGate[] = [
  {
    name: "goes on at once",
    part: "a wasm filter with both callbacks",
    cuts: [{ file: filter, find: decided, replace: `  if (context >= 0) return Action.Continue;\n${decided}` }],
  },
  {
    name: "… reads all headers",
    part: "reading",
    cuts: [{ file: filter, find: decided, replace: `  if (readRequest()) return Action.Continue;\n${decided}` }],
  },
  {
    name: "… decides",
    part: "deciding",
    cuts: [{ file: filter, find: edited, replace: "" }],
  },
  {
    name: "… decides once more",
    part: "deciding, when all is warm",
    cuts: [
      { file: filter, find: edited, replace: "" },
      { file: filter, find: decided, replace: `${decided}  outcome = decideNow(true, now);\n` },
    ],
  },
  {
    name: "… cuts the session out of the cookies",
    part: "the cookie",
    cuts: [{ file: "core/decide/edits.ts", find: identity, replace: "    true\n" }],
  },
  {
    name: "fetches all headers, and writes five",
    part: "what Envoy does of it: the same calls, of a gate that looks at nothing",
    cuts: [{ file: filter, find: decided, replace: `${callsAlone}${decided}` }],
  },
];

/** Compiles such a gate as the gate is built, into a folder. Returns its file. */
export async function compilePartialGate({ name, cuts }: PartialGate, folder: string): Promise<string> {
  const entry = join("assembly", "proxy-wasm", "envoy", "index.ts");
  const options = ["--baseDir", root, "--config", "asconfig.json", "--target", "gate", "--transform", textLiterals];
  const file = join(folder, `${name.replaceAll(/\W+/g, "-")}.wasm`);
  const { error, stderr } = await asc.main([entry, ...options, "--outFile", file], {
    readFile: (path, baseDir) => {
      const whole = join(baseDir, path);
      try {
        return changed(readFileSync(whole, "utf8"), relative(join(root, "assembly"), whole), cuts);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
    },
    writeFile: (path, contents) => writeFileSync(path, contents),
  });
  if (error) throw new Error(`the gate that ${name} does not compile:\n${stderr.toString()}`, { cause: error });
  return file;
}

function changed(source: string, file: string, cuts: readonly Cut[]): string {
  return cuts
    .filter((cut) => cut.file === file)
    .reduce((text, { find, replace }) => {
      if (text.split(find).length !== 2) throw new Error(`assembly/${file} does not have once: ${find}`);
      return text.replace(find, () => replace);
    }, source);
}

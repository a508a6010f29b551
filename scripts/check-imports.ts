// Checks that imports point one way, those of types included: by the order of rooms below, in no circle,
// and into no other feature's inside; and that each file is in a room, so that none is left out. CONTRIBUTING.md tells the order in
// the same words, which is checked too.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

const root = dirname(import.meta.dirname);

/** A row of rooms, from below to above. Those with a comma between them stand side by side: neither knows the other. */
interface Row {
  readonly folder: string;
  readonly rooms: string;
  /** Other rows of which everything may be imported. */
  readonly over?: readonly string[];
}

const rows: readonly Row[] = [
  {
    folder: "assembly",
    rooms:
      "memory < encoding < crypto < core < http-wasm, embedded, proxy-wasm/abi < proxy-wasm/edge < proxy-wasm/envoy, proxy-wasm/nginx",
  },
  { folder: "portal", rooms: "languages < pages < mails < client, styles" },
  {
    folder: "host",
    rooms:
      "kit < core, lint < policy, identity < session < audit < notify < http < features < gates < proxies, operations < app < migration < cli",
    over: ["portal"],
  },
  { folder: "", rooms: "scripts < workshop < bench, demo < test", over: ["assembly", "portal", "host"] },
];

/** A file's import of another, by their paths from the root. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly to: string;
  /** Whether the other is the file of a thread that this one starts, in which it is loaded for itself: that closes no circle. */
  readonly startsThread?: boolean;
}

interface Place {
  readonly row: Row;
  /** The room's place in its row: those of one cell have the same. */
  readonly level: number;
  readonly room: string;
}

/** Undefined for files that are in no room. */
function placeOf(file: string): Place | undefined {
  for (const row of rows) {
    const cells = row.rooms.split(" < ").map((cell) => cell.split(", "));
    for (const [level, cell] of cells.entries())
      for (const room of cell) if (file.startsWith(`${posix.join(row.folder, room)}/`)) return { row, level, room };
  }
  return undefined;
}

/** What is wrong with each import, as `file:line: …`; nothing when all is right. */
export function mistakesIn(imports: readonly Import[]): readonly string[] {
  return [
    ...imports.flatMap((one) => {
      const mistake = mistakeOf(one);
      return mistake === undefined ? [] : [`${one.from}:${one.line}: imports ${one.to}, ${mistake}`];
    }),
    ...cyclesIn(imports).map((cycle) => `${cycle[0]}: is in a circle of imports: ${cycle.join(" > ")}`),
  ];
}

function mistakeOf({ from, to }: Import): string | undefined {
  const [above, below] = [placeOf(from), placeOf(to)];
  if (!above || !below) return undefined;
  if (above.row !== below.row)
    return above.row.over?.includes(below.row.folder) ? undefined : `and ${above.row.folder}/ knows nothing of it`;
  if (below.level > above.level) return "which is above it";
  if (below.level === above.level && below.room !== above.room) return "which stands beside it";
  const other = featureOf(to);
  if (featureOf(from) === undefined || other === undefined || from.startsWith(`${other}/`)) return undefined;
  const entrances = ["index.ts", `${posix.basename(other)}.ts`].map((name) => `${other}/${name}`);
  return entrances.includes(to) ? undefined : "which is the inside of another feature";
}

/** The folder of a feature, or of a factor, which is one within another. */
function featureOf(file: string): string | undefined {
  return /^host\/features\/(?:second-factor\/(?!(?:pages|texts)\/))?[^/]+(?=\/)/.exec(file)?.[0];
}

/** What is wrong with where files are: outside of the rooms nothing is checked. Those in no folder are tools' configuration. */
export function strays(files: readonly string[]): readonly string[] {
  return files
    .filter((file) => file.includes("/") && placeOf(file) === undefined)
    .map((file) => `${file}: is in none of the rooms whose order scripts/check-imports.ts has`);
}

/** Each circle once, as the files on the shortest way around it from its first file. */
function cyclesIn(imports: readonly Import[]): readonly (readonly string[])[] {
  const placed = imports.filter(({ from, startsThread }) => placeOf(from) && !startsThread);
  const next = Map.groupBy(placed, ({ from }) => from);
  const known = new Set<string>();
  const cycles: (readonly string[])[] = [];
  for (const start of [...next.keys()].sort()) {
    if (known.has(start)) continue;
    const paths = new Map([[start, [start]]]);
    for (const [file, path] of paths)
      for (const { to } of next.get(file) ?? []) {
        if (to === start && cycles.at(-1)?.[0] !== start) {
          cycles.push([...path, start]);
          for (const one of path) known.add(one);
        }
        if (!paths.has(to)) paths.set(to, [...path, to]);
      }
  }
  return cycles;
}

/** A relative path after what imports it, with comments between the two at most. */
const specifier =
  /(?<=(?:\b(?:from|import)|\b(import|require|URL)\()(?:\s|\/\*.*?\*\/|\/\/[^\n]*\n)*)(["'`])(\.{1,2}(?:\/[^"'`\n]*)?)\2/gs;

/** The imports of a file of the project, static and dynamic, of values, types, data and the files of threads. */
export function importsOf(from: string, text: string): readonly Import[] {
  return [...text.matchAll(specifier)].map(({ index, ...found }) => {
    const path = posix.join(posix.dirname(from), found[3]!);
    const line = text.slice(0, index).split("\n").length;
    // AssemblyScript names no extension, and a folder for its index.
    const to = [path, `${path}.ts`, `${path}/index.ts`].find(
      (file) => /\.\w+$/.test(file) && existsSync(join(root, file)),
    );
    return { from, line, to: to ?? path, ...(found[1] === "URL" && { startsThread: true }) };
  });
}

function allSources(): readonly string[] {
  const kinds = ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx"].map((kind) => `*.${kind}`);
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...kinds], {
    cwd: root,
    encoding: "utf8",
  });
  return list.split("\n").filter((file) => file !== "" && existsSync(join(root, file)));
}

/** The order as CONTRIBUTING.md has it. */
export function orderText(): string {
  return rows.map(({ folder, rooms }) => `    ${folder === "" ? "" : `${folder}/`}`.padEnd(16) + rooms).join("\n");
}

if (import.meta.main) {
  const files = allSources();
  const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), "utf8")));
  const mistakes = [...strays(files), ...mistakesIn(imports)];
  if (!readFileSync(join(root, "CONTRIBUTING.md"), "utf8").includes(orderText()))
    mistakes.push(`CONTRIBUTING.md: must tell the order of imports in these words:\n${orderText()}`);
  for (const mistake of mistakes) console.error(mistake);
  process.exit(mistakes.length > 0 ? 1 : 0);
}

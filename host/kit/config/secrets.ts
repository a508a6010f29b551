// Secrets from files and the environment: `KEY_file` beside any secret KEY, or ZEROHOP_PATH and ZEROHOP_PATH_FILE. In the path of a
// secret of a list's elements each element stands as its `id`.
import { resolve } from "node:path";
import { readRegularFile, whyUnreadable } from "../files/read-file.ts";
import type { Path } from "../yaml/problem.ts";
import { type Key, Mistake } from "../yaml/schema.ts";
import { isMapping, type Mapping, setAt, valueAt } from "./mapping.ts";
import type { Origin, Report } from "./report.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of a secret: ZEROHOP_ and its path, upper case, joined by underscores. Of a list's elements: with `ID`. */
export function environmentName({ name }: Pick<Key, "name">): string {
  return variableOf(name.replaceAll("[]", ".id").split("."));
}

function variableOf(words: readonly string[]): string {
  return `ZEROHOP_${words.join("_").toUpperCase().replaceAll("-", "_")}`;
}

/** One place of a secret in the file. */
interface Place {
  readonly path: Path;
  /** Undefined where an element of a list has no `id` to be named by. */
  readonly variable: string | undefined;
}

/** Every place of a secret: one, or one in each element of the lists on its way. */
function placesOf(config: Mapping, { name }: Key): readonly Place[] {
  let places: readonly { readonly path: Path; readonly words: readonly (string | undefined)[] }[] = [
    { path: [], words: [] },
  ];
  for (const step of name.split(".")) {
    const word = step.replace("[]", "");
    places = places.map(({ path, words }) => ({ path: [...path, word], words: [...words, word] }));
    if (!step.endsWith("[]")) continue;
    places = places.flatMap(({ path, words }) => {
      const elements = valueAt(config, path);
      if (!Array.isArray(elements)) return [];
      return elements.map((element: unknown, index) => {
        const id = isMapping(element) && typeof element.id === "string" ? element.id : undefined;
        return { path: [...path, index], words: [...words, id] };
      });
    });
  }
  return places.map(({ path, words }) => {
    const named = words.filter((word) => word !== undefined);
    return { path, variable: named.length === words.length ? variableOf(named) : undefined };
  });
}

/** Puts the secrets, wherever they come from, in their places in `config`. Files are relative to `folder`. */
export function readSecrets(
  config: Mapping,
  keys: readonly Key[],
  folder: string,
  environment: Environment,
  report: Report,
): void {
  for (const place of keys.filter(({ secret }) => secret).flatMap((key) => placesOf(config, key))) {
    const { path } = place;
    const [source, other] = takeSources(config, place, folder, environment);
    if (!source) continue;
    report.setOrigin(path, source.origin);
    if (other) report.add(path, `is given twice: by ${source.name} and by ${other.name}`);
    try {
      setAt(config, path, source.read());
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      report.add(path, error.message);
    }
  }
}

interface Source {
  readonly name: string;
  readonly origin: Origin;
  read(): unknown;
}

function takeSources(config: Mapping, { path, variable }: Place, folder: string, environment: Environment): Source[] {
  const parentPath = path.slice(0, -1);
  const found = valueAt(config, parentPath);
  const parent = isMapping(found) ? found : {};
  const name = String(path.at(-1));
  const fileName = `${name}_file`;
  const sources: Source[] = [];

  const value = parent[name];
  if (value !== undefined) sources.push({ name, origin: {}, read: () => value });

  const file = parent[fileName];
  if (file !== undefined) {
    delete parent[fileName];
    sources.push({
      name: fileName,
      origin: { written: [...parentPath, fileName] },
      read: () => readSecretFile(folder, file),
    });
  }

  if (variable === undefined) return sources;
  // An empty variable counts as absent: container tools cannot leave one out.
  const fromEnvironment = environment[variable];
  if (fromEnvironment) {
    const label = `environment variable ${variable}`;
    sources.push({ name: label, origin: { label }, read: () => fromEnvironment });
  }

  const variableFile = environment[`${variable}_FILE`];
  if (variableFile) {
    const label = `environment variable ${variable}_FILE`;
    sources.push({ name: label, origin: { label }, read: () => readSecretFile(folder, variableFile) });
  }
  return sources;
}

/** A secret file's text without the line end that editors add. Throws Mistake. */
export function readSecretFile(folder: string, file: unknown): string {
  if (typeof file !== "string" || file === "") throw new Mistake("must be the path of a file");
  try {
    return readRegularFile(resolve(folder, file))
      .toString()
      .replace(/\r?\n$/, "");
  } catch (error) {
    throw new Mistake(`cannot be read from ${file}: ${whyUnreadable(error)}`);
  }
}

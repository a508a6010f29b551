// What the rules for a Compose file look at: its services, with what they take over from others (`extends`), their labels and ports.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { YamlDocument } from "../../kit/yaml/document.ts";
import { Entry, isMapping } from "../entry.ts";
import type { ConfigurationFile } from "../kind.ts";

/** Something that is written `NAME=VALUE` in a list, or as a mapping: labels, the environment. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly entry: Entry;
}

export interface Port {
  readonly entry: Entry;
  /** In the container; undefined for a range or what cannot be read. */
  readonly target: number | undefined;
  /** The address on this machine; empty for all. */
  readonly address: string;
}

export interface Mount {
  readonly entry: Entry;
  readonly source: string;
  readonly target: string;
}

export interface Service {
  readonly name: string;
  readonly entry: Entry;
  /** The names by which other containers reach it. */
  readonly hosts: readonly string[];
  readonly image: string;
  readonly labels: readonly Setting[];
  readonly environment: readonly Setting[];
  readonly command: readonly { readonly text: string; readonly entry: Entry }[];
  /** Ports that are published over TCP. */
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  readonly usesHostNetwork: boolean;
  readonly isSwarm: boolean;
}

export interface Project {
  readonly file: string;
  readonly services: readonly Service[];
  /** Networks of a swarm span machines. */
  readonly spansMachines: boolean;
  /** The files that it includes or extends which are not on this machine. */
  readonly missing: readonly Entry[];
  readonly texts: ReadonlyMap<string, string>;
  /** Those of them of which services are extended, and the others not taken in. */
  readonly partlyRead: ReadonlySet<string>;
}

/** Files that are followed, and services that extend one another. */
const depthLimit = 10;

/** Reads a project of files of which each later one is laid over those before it, as `docker compose -f A -f B` does. */
export function readProject(sources: readonly ConfigurationFile[]): Project {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const missing: Entry[] = [];
  const { file } = sources[0]!;
  const variables = variablesOf(file);
  const open = (named: Entry): Entry | undefined => {
    const file = join(dirname(named.document.file), interpolate(named.text ?? "", variables));
    if (!existsSync(file)) {
      missing.push(named);
      return undefined;
    }
    const content = readFileSync(file, "utf8");
    texts.set(file, content);
    const [first] = YamlDocument.parseAll(file, content);
    return first && Entry.root(first, sameKey);
  };
  const layers = sources.flatMap(({ documents }) => documents.slice(0, 1)).map((first) => Entry.root(first, sameKey));
  const included = layers
    .flatMap((layer) => layer.get("include").entries())
    .flatMap((item) => (item.text === undefined ? item.get("path") : item))
    .flatMap((path) => (path.text === undefined ? path.list() : [path]))
    .slice(0, 100)
    .flatMap((path) => open(path) ?? []);
  const roots = [...layers, ...included];
  const whole = new Set(texts.keys());
  const extended = (service: Entry, depth: number): readonly Entry[] => {
    const base = service.get("extends");
    if (!base.exists || depth > depthLimit) return [service];
    const file = base.get("file");
    const services = file.exists ? open(file) : Entry.root(service.document, sameKey);
    const other = services?.get("services", base.text ?? base.get("service").text ?? "");
    return other?.exists ? [service, ...extended(other, depth + 1)] : [service];
  };
  const read = (services: readonly Entry[]) =>
    readService(
      services[0]!,
      services.toReversed().flatMap((service) => extended(service, 0)),
      variables,
    );
  const entriesOf = (part: Entry) => part.get("services").entries();
  const services = [
    ...[...Map.groupBy(layers.flatMap(entriesOf), ({ key }) => key).values()].map(read),
    ...included.flatMap(entriesOf).map((service) => read([service])),
  ];
  return {
    file,
    services,
    spansMachines: roots.some((part) =>
      part
        .get("networks")
        .entries()
        .some((network) => network.get("driver").text === "overlay"),
    ),
    missing,
    texts,
    partlyRead: new Set([...texts.keys()].filter((name) => !whole.has(name))),
  };
}

const sameKey = (written: string, wanted: string) => written === wanted;

function readService(entry: Entry, layers: readonly Entry[], variables: ReadonlyMap<string, string>): Service {
  const fill = (text: string) => interpolate(text, variables);
  // `!override` and `!reset` keep out what is below them.
  const written = (...keys: readonly string[]) => {
    const found = layers.map((layer) => layer.get(...keys)).filter((one) => one.written);
    const last = found.findIndex(({ tag }) => tag === "!override" || tag === "!reset");
    return (last < 0 ? found : found.slice(0, last + 1)).filter(({ tag }) => tag !== "!reset");
  };
  const first = (...keys: readonly string[]) => written(...keys).find(({ exists }) => exists);
  const all = (...keys: readonly string[]) => written(...keys).flatMap((one) => one.entries());
  const settings = (...keys: readonly string[]) => all(...keys).map((item) => settingOf(item, fill));
  const swarmLabels = settings("deploy", "labels");
  const command = first("command");
  const aliases = all("networks").flatMap((network) => network.get("aliases").texts());
  const named = [first("container_name"), first("hostname")].flatMap((name) => name?.text ?? []);
  return {
    name: entry.key,
    entry,
    hosts: [entry.key, ...named, ...aliases].map((name) => fill(name).toLowerCase()),
    image: fill(first("image")?.text ?? ""),
    labels: firstOfEach([...settings("labels"), ...swarmLabels]),
    environment: settings("environment"),
    command: wordsOf(command).map(({ text, entry }) => ({ text: fill(text), entry })),
    ports: all("ports").flatMap((item) => portOf(item, fill)),
    mounts: all("volumes").flatMap((item) => mountOf(item, fill)),
    usesHostNetwork: first("network_mode")?.text === "host",
    isSwarm: swarmLabels.length > 0,
  };
}

/** Of labels that a service has and takes over its own count, which come first. */
function firstOfEach(settings: readonly Setting[]): Setting[] {
  const seen = new Map<string, Setting>();
  for (const setting of settings) {
    const name = setting.name.toLowerCase();
    if (!seen.has(name)) seen.set(name, setting);
  }
  return [...seen.values()];
}

function settingOf(item: Entry, fill: (text: string) => string): Setting {
  if (item.path.at(-1) !== undefined && typeof item.path.at(-1) === "string")
    return { name: item.key, value: fill(item.text ?? ""), entry: item };
  const text = fill(item.text ?? "");
  const [name = ""] = text.split("=", 1);
  return { name: name.trim(), value: text.slice(name.length + 1), entry: item };
}

/** A command's words; one that is a text is split where no quote is around a space. */
function wordsOf(command: Entry | undefined): { text: string; entry: Entry }[] {
  if (!command) return [];
  if (command.text === undefined) return command.list().map((entry) => ({ text: entry.text ?? "", entry }));
  const words = command.text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => ({ text: word.replace(/["']/g, ""), entry: command }));
}

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `[::1]:80:80`, `80`, or a mapping with target and host_ip. */
function portOf(item: Entry, fill: (text: string) => string): Port[] {
  if (isMapping(item.value)) {
    if (fill(item.get("protocol").text ?? "tcp") === "udp") return [];
    const target = Number(fill(item.get("target").text ?? ""));
    return [{ entry: item, target: target || undefined, address: fill(item.get("host_ip").text ?? "") }];
  }
  const match = /^(?:(.*):)?([\d-]+)(\/\w+)?$/.exec(fill(item.text ?? ""));
  if (!match || match[3] === "/udp") return [];
  const address = /^(.*):[\d-]*$/.exec(match[1] ?? "")?.[1] ?? "";
  return [{ entry: item, target: Number(match[2]) || undefined, address }];
}

function mountOf(item: Entry, fill: (text: string) => string): Mount[] {
  const [source, target] = isMapping(item.value)
    ? [item.get("source").text, item.get("target").text]
    : fill(item.text ?? "").split(":");
  return source === undefined || target === undefined ? [] : [{ entry: item, source: fill(source), target }];
}

/** The variables of the `.env` beside the file, which Compose takes where the environment has none. */
function variablesOf(file: string): ReadonlyMap<string, string> {
  const name = join(dirname(file), ".env");
  const text = existsSync(name) ? readFileSync(name, "utf8") : "";
  const lines = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/gm)];
  return new Map(lines.map(([, key, value]) => [key!, value!.replace(/^(["'])(.*)\1$/, "$2")]));
}

/** Fills in what is known; what is not stays as it is written, so that the same variable is the same text. */
function interpolate(text: string, variables: ReadonlyMap<string, string>): string {
  if (!text.includes("$")) return text;
  return text.replace(
    /\$(?:(\$)|\{([A-Za-z_]\w*)(?::?([-+?])([^}]*))?\}|([A-Za-z_]\w*))/g,
    (whole, dollar: string | undefined, braced, operator, operand: string | undefined, bare) =>
      dollar ?? variables.get(braced ?? bare) ?? (operator === "-" ? operand! : whole),
  );
}

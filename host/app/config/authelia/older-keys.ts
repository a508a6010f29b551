// Keys of Authelia's before 4.38: some at the root of the file, and addresses in two parts, host and port.
import { isIPv6 } from "node:net";
import { isMapping, type Mapping, setAt, valueAt } from "../../../kit/config/mapping.ts";

/** Where something was written, and where it is now. */
export interface Move {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Of before 4.30. */
const rootKeys: Readonly<Record<string, readonly string[]>> = {
  host: ["server", "host"],
  port: ["server", "port"],
  tls_cert: ["server", "tls", "certificate"],
  tls_key: ["server", "tls", "key"],
  log_level: ["log", "level"],
  logs_level: ["log", "level"],
  log_format: ["log", "format"],
  log_file_path: ["log", "file_path"],
};

const addresses: readonly {
  readonly path: readonly string[];
  readonly scheme: (port: string) => string;
  readonly port: string;
}[] = [
  { path: ["server"], scheme: () => "tcp://", port: "9091" },
  { path: ["storage", "postgres"], scheme: () => "tcp://", port: "5432" },
  {
    path: ["notifier", "smtp"],
    scheme: (port) => (port === "465" ? "submissions://" : port === "587" ? "submission://" : "smtp://"),
    port: "587",
  },
];

/** Moves keys of the root to where they are today, unless there is something. Changes `config`. */
export function moveRootKeys(config: Mapping): readonly Move[] {
  return Object.entries(rootKeys).flatMap(([key, to]) => {
    if (config[key] === undefined || valueAt(config, to) !== undefined) return [];
    setAt(config, to, config[key]);
    delete config[key];
    return [{ from: [key], to }];
  });
}

/** Makes the addresses of hosts and ports, unless there is one. Changes `config`. `textOf`: how a value is read. */
export function joinAddresses(config: Mapping, textOf: (value: unknown) => string = String): readonly Move[] {
  return addresses.flatMap(({ path, scheme, port: usual }) => {
    const section = valueAt(config, path);
    if (!isMapping(section) || section.address !== undefined) return [];
    const { host, port } = section;
    if (host === undefined && port === undefined) return [];
    delete section.host;
    delete section.port;
    const number = port === undefined ? usual : textOf(port);
    const name = host === undefined ? "" : textOf(host);
    section.address = `${scheme(number)}${isIPv6(name) ? `[${name}]` : name}:${number}`;
    return [{ from: [...path, host === undefined ? "port" : "host"], to: [...path, "address"] }];
  });
}

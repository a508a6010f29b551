// Runs the services of a Compose file without Docker: each is a process that has its image's root, its mounts, its user and no capability, and
// all have a network of their own, with the names and addresses that the file gives them. What is published is found at 127.0.0.1.
import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { Ended } from "../host/program.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { until } from "../waiting.ts";
import type { HostImage } from "./image.ts";
import type { Neighbourhood } from "./neighbour.ts";

const run = promisify(execFile);

/** As `zerohop init` writes one. */
export interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: Readonly<Record<string, { readonly ipv4_address?: string }>>;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
}

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** What a service's processes find themselves in. */
interface Root {
  readonly folder: string;
  /** Of this machine, and where they are in the root. Nothing is written to them. */
  readonly machine: readonly (readonly [source: string, target: string])[];
  readonly environment: readonly string[];
  readonly workingFolder: string;
  /** What the machine's program writes to, where the image's would not. */
  readonly tmpfs: readonly string[];
}

/** The address that visitors come from. */
export const visitor = "198.51.100.7";

export class ComposeProject implements AsyncDisposable {
  readonly #file: string;
  readonly #scratch: string;
  readonly #image: HostImage;
  readonly #running: (Program | Server)[] = [];
  #network: Program | undefined;

  /** `scratch` is a folder for what it takes to run, and the logs. */
  constructor(file: string, image: HostImage, scratch: string) {
    this.#file = resolve(file);
    this.#image = image;
    this.#scratch = scratch;
    mkdirSync(scratch, { recursive: true });
  }

  /** As the file has them now. */
  get services(): Readonly<Record<string, Service>> {
    return (parse(readFileSync(this.#file, "utf8")) as ComposeFile).services;
  }

  /** Starts the network, with an application called `app` at port 8000, and lets in what is published. */
  async connect(): Promise<void> {
    const ready = join(this.#scratch, "network");
    const { zerohop, proxy } = this.#addresses();
    const commands = [
      "ip link set lo up",
      ...[...Object.values(this.#addresses()), visitor].map((address) => `ip address add ${address}/32 dev lo`),
      // What is asked of the host comes from the proxy. On one machine it would come from the host's own address.
      `ip route replace local ${zerohop} dev lo table local src ${proxy}`,
      `touch ${ready}`,
      "exec sleep infinity",
    ];
    const network = startProgram("The network", "unshare", ["--net", "sh", "-ec", commands.join("\n")], `${ready}.log`);
    this.#network = network;
    this.#running.push(network);
    await until(() => existsSync(ready), { running: [network] });

    const published = Object.entries(this.services).flatMap(([name, { ports = [] }]) =>
      ports.map((pair) => {
        const [outside, port] = pair.split(":").map(Number) as [number, number];
        return { outside, port, address: this.#addresses()[name]!, socket: join(this.#scratch, `${outside}.socket`) };
      }),
    );
    const neighbourhood = JSON.stringify({ published, visitor } satisfies Neighbourhood);
    const words = [process.execPath, join(import.meta.dirname, "neighbour.ts"), neighbourhood];
    const neighbour = startProgram("The neighbour", ...this.#inNetwork(words), join(this.#scratch, "neighbour.log"));
    this.#running.push(neighbour);
    await until(() => published.every(({ socket }) => existsSync(socket)), { running: [neighbour] });
    for (const { outside, socket } of published) this.#running.push(await passOn(outside, socket));
  }

  /** Starts the host, with the image's entry point and the service's command. */
  startHost(): Program {
    const { command } = this.services.zerohop!;
    return this.#start("zerohop", rootOf(this.#image), [...this.#image.config.Entrypoint, ...command]);
  }

  /** Starts the proxy, with a program of this machine in the place of its image. */
  startProxy(program: string): Program {
    const { command } = this.services.proxy!;
    const root = machineRoot(mkdtempSync(join(this.#scratch, "proxy-")), program, command[0]!);
    return this.#start("proxy", root, command);
  }

  #start(name: string, root: Root, command: readonly string[]): Program {
    const log = join(this.#scratch, `${name}.log`);
    const { user } = this.services[name]!;
    const program = startProgram(name, ...this.#inNetwork(this.#inRoot(name, root, command)), log);
    // A container's output is its user's, who may open it by /dev/stdout.
    const [uid, gid] = user.split(":").map(Number) as [number, number];
    chownSync(log, uid, gid);
    this.#running.push(program);
    return program;
  }

  /** Runs another command where the host is, as `docker compose exec zerohop` does. */
  exec(...command: readonly string[]): Promise<Ended> {
    return ended(...this.#inNetwork(this.#inRoot("zerohop", rootOf(this.#image), command)));
  }

  /** Of each service, by its name. */
  #addresses(): Readonly<Record<string, string>> {
    const all = Object.entries(this.services).map(([name, { networks }]) => {
      const addresses = Object.values(networks).flatMap(({ ipv4_address: address = [] }) => address);
      return [name, addresses[0]!] as const;
    });
    return Object.fromEntries(all);
  }

  #inNetwork(words: readonly string[]): [string, string[]] {
    return ["nsenter", [`--net=/proc/${this.#network!.pid}/ns/net`, ...words]];
  }

  #inRoot(name: string, root: Root, command: readonly string[]): string[] {
    const hosts = Object.entries(this.#addresses()).map(([of, address]) => `${address} ${of}\n`);
    writeFileSync(join(root.folder, "etc/hosts"), `127.0.0.1 localhost app\n${hosts.join("")}`);
    return wordsIn(root, this.services[name]!, dirname(this.#file), command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#running.toReversed())
      if ("stop" in one) await one.stop();
      else await new Promise((closed) => one.close(closed));
  }
}

/** Runs a command in the host's image with a folder at /site, as `docker run -v FOLDER:/site -w /site -u USER` does. */
export function runInImage(image: HostImage, folder: string, user: string, ...command: string[]): Promise<Ended> {
  const root = { ...rootOf(image), workingFolder: "/site" };
  const service = { user, volumes: [".:/site"], tmpfs: ["/tmp"], read_only: true };
  const [program, ...args] = wordsIn(root, service, folder, [...image.config.Entrypoint, ...command]);
  return ended(program!, args);
}

function ended(program: string, args: readonly string[]): Promise<Ended> {
  return run(program, args).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

function rootOf({ root: folder, config }: HostImage): Root {
  return { folder, machine: [], environment: config.Env, workingFolder: config.WorkingDir, tmpfs: [] };
}

/** A root with this machine's programs and nothing of its configuration. */
function machineRoot(folder: string, program: string, name: string): Root {
  chmodSync(folder, 0o755);
  for (const path of ["etc", "var/log/nginx"]) mkdirSync(join(folder, path), { recursive: true });
  for (const path of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${path}`, join(folder, path));
  // As they are in nginx's image.
  symlinkSync("/dev/stdout", join(folder, "var/log/nginx/access.log"));
  symlinkSync("/dev/stderr", join(folder, "var/log/nginx/error.log"));
  return {
    folder,
    machine: [
      ["/usr", "usr"],
      ["/etc/ssl", "etc/ssl"],
      [program, join("program", name)],
    ],
    environment: ["PATH=/program:/usr/sbin:/usr/bin", "XDG_CONFIG_HOME=/config", "XDG_DATA_HOME=/data"],
    workingFolder: "/",
    tmpfs: ["/usr/local", "/var/lib/nginx"],
  };
}

/** The words that run a command in a root with a service's mounts, as its user, with what is in the root already for good. */
function wordsIn(
  root: Root,
  service: Pick<Service, "user" | "volumes" | "tmpfs" | "read_only">,
  folder: string,
  command: readonly string[],
): string[] {
  const inside = (path: string) => join(root.folder, path);
  const bound = service.volumes.map((volume) => {
    const [source, target, mode] = volume.split(":") as [string, string, string?];
    return { source: resolve(folder, source), target: inside(target), isReadOnly: mode === "ro" };
  });
  const machine = root.machine.map(([source, target]) => ({ source, target: inside(target), isReadOnly: true }));
  const places = (of: readonly Mount[]) =>
    of.flatMap(({ source, target, isReadOnly }) => [
      statSync(source).isDirectory()
        ? `mkdir -p ${target}`
        : `mkdir -p ${dirname(target)}; [ -e ${target} ] || touch ${target}`,
      `mount --bind ${source} ${target}`,
      ...(isReadOnly ? [`mount -o remount,bind,ro ${target}`] : []),
    ]);
  const emptied = (paths: readonly string[]) =>
    paths.map(inside).flatMap((target) => [`mkdir -p ${target}`, `mount -t tmpfs -o mode=1777 tmpfs ${target}`]);
  const script = [
    `mount --bind ${root.folder} ${root.folder}`,
    `mkdir -p ${inside("dev")} ${inside("proc")}`,
    `mount --rbind /dev ${inside("dev")}`,
    `mount -t tmpfs tmpfs ${inside("dev/shm")}`,
    `mount -t proc proc ${inside("proc")}`,
    ...[...places(machine), ...emptied(root.tmpfs), ...places(bound), ...emptied(service.tmpfs)],
    ...(service.read_only ? [`mount -o remount,bind,ro ${root.folder}`] : []),
    // Whoever is not root has no capability.
    `exec setpriv --no-new-privs chroot --groups= --userspec=${service.user} ${root.folder} "$@"`,
  ];
  const words = ["/usr/bin/env", "-i", "-C", root.workingFolder, ...root.environment, ...command];
  return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script.join("\n"), "sh", ...words];
}

/** Listens on a port of this machine for what is behind a Unix socket. */
function passOn(port: number, socket: string): Promise<Server> {
  const server = createServer((incoming) => {
    const outgoing = connect(socket);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("error", () => outgoing.destroy()).on("close", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy()).on("close", () => incoming.destroy());
  });
  return new Promise((ready, failed) => server.once("error", failed).listen(port, "127.0.0.1", () => ready(server)));
}

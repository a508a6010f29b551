// The container images of this checkout: built by buildah in a store of their own, and unpacked. Their base image is made of this machine's
// files, in the place of the one that the Containerfile names by its digest.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { layOutImages } from "../../scripts/image-contexts.ts";

const run = promisify(execFile);
const isolated = ["--isolation", "chroot"];

/** What the image's own configuration says, as Docker writes it down. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Volumes: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface HostImage {
  /** Where its root lies on this machine. */
  readonly root: string;
  readonly config: ImageConfig;
  /** The words that tell whether it is well. */
  readonly healthCheck: readonly string[];
  /** Of all its files. Bytes. */
  readonly size: number;
}

/** A store of images below a folder. Nobody else's is touched. */
export class ImageStore {
  readonly #buildah: string;
  readonly #folder: string;

  constructor(buildah: string, folder: string) {
    this.#buildah = buildah;
    this.#folder = folder;
  }

  /** Builds both images, and unpacks the host's. */
  async build(): Promise<HostImage> {
    const contexts = join(this.#folder, "contexts");
    const { version } = layOutImages(contexts);
    const base = join(this.#folder, "base");
    await layOutBase(base);
    await this.#run("build", ...isolated, "--tag", "localhost/base", base);
    const ofHost = ["--format", "docker", "--from", "localhost/base", "--build-arg", `VERSION=${version}`];
    await this.#run("build", ...isolated, ...ofHost, "--tag", "localhost/zerohop", contexts);
    await this.#buildGate(contexts);

    const container = await this.#run("from", "localhost/zerohop");
    const root = await this.#run("mount", container);
    const image = JSON.parse(await this.#run("inspect", "--type", "image", "localhost/zerohop"));
    const { config } = image.Docker as { readonly config: ImageConfig & { readonly Healthcheck: { Test: string[] } } };
    const [, ...healthCheck] = config.Healthcheck.Test;
    const { stdout } = await run("du", ["--summarize", "--bytes", root]);
    return { root, config, healthCheck, size: Number.parseInt(stdout, 10) };
  }

  /** Builds the gate's image alone. */
  async buildGate(): Promise<void> {
    const contexts = join(this.#folder, "contexts");
    layOutImages(contexts);
    await this.#buildGate(contexts);
  }

  #buildGate(contexts: string): Promise<string> {
    const ofGate = ["--annotation", "module.wasm.image/variant=compat", "--tag", "localhost/zerohop-gate"];
    return this.#run("build", ...isolated, ...ofGate, join(contexts, "gate"));
  }

  /** The words that push an image to a registry without TLS, to which its address there is added. */
  pushing(image: string, format: "oci" | "v2s2"): readonly string[] {
    return [this.#buildah, ...this.#options, "push", "--tls-verify=false", "--format", format, image];
  }

  /** Copies an image into a folder, in the layout of an OCI image, as a registry has it. */
  async layOut(image: string, folder: string, format: "oci" | "v2s2"): Promise<void> {
    await this.#run("push", "--format", format, image, `${format === "oci" ? "oci" : "dir"}:${folder}`);
  }

  async remove(): Promise<void> {
    await this.#run("rm", "--all");
    await this.#run("rmi", "--all", "--force");
  }

  get #options(): readonly string[] {
    return ["--root", join(this.#folder, "store"), "--runroot", join(this.#folder, "run"), "--storage-driver", "vfs"];
  }

  async #run(command: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(this.#buildah, [...this.#options, command, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  }
}

/** The programs of Debian's image of Node.js that the Containerfile calls, with what they are linked with. */
async function layOutBase(folder: string): Promise<void> {
  const programs = ["sh", "bash", "env", "ldd", "sed", "mkdir", "cp", "chmod", "ln", "install", "dpkg-query"];
  for (const path of ["usr/local/bin", "usr/bin", "tmp"]) mkdirSync(join(folder, path), { recursive: true });
  symlinkSync("usr/bin", join(folder, "bin"));
  const put = (file: string, there = file) => {
    mkdirSync(dirname(join(folder, there)), { recursive: true });
    cpSync(realpathSync(file), join(folder, there));
  };
  put(process.execPath, "/usr/local/bin/node");
  for (const file of ["/etc/os-release", "/var/lib/dpkg/status"]) put(file);
  const linked = [process.execPath, ...programs.map((name) => `/usr/bin/${name}`)];
  for (const program of programs) put(`/usr/bin/${program}`);
  const libraries = await Promise.all(linked.map(librariesOf));
  for (const library of new Set(libraries.flat())) put(library);
  writeFileSync(join(folder, "Containerfile"), "FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n");
}

/** None of a script. */
async function librariesOf(program: string): Promise<string[]> {
  if (readFileSync(program).subarray(0, 2).toString() === "#!") return [];
  const { stdout } = await run("ldd", [program]);
  return [...stdout.matchAll(/^[^/\n]*(\/\S+) \(/gm)].map(([, library]) => library!);
}

// Writes the configuration of a proxy before the portal and the applications, finished and without a finding of `zerohop lint`.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { HostError } from "../../kit/errors.ts";
import { installed } from "../../kit/installation.ts";
import { makeEdgeToken } from "../../operations/edge-tokens.ts";
import { keyringOf } from "../../operations/operator.ts";
import type { ConfigurationFile, Gate } from "../../proxies/front.ts";
import type { Wishes } from "../../proxies/front-of.ts";
import { type ProxyName, proxyConfiguration, proxyName, proxyNamed, proxyNames } from "../../proxies/proxies.ts";
import { type Arguments, type Command, configOption } from "../command.ts";
import { asOperator, openConfig } from "../open.ts";
import { shellWord } from "../shell-word.ts";

/** The edge token of a configuration, beside it: written anew, it goes on with the one that it has. */
const tokenFile = "zerohop-edge-token";

export const command: Command = {
  options: {
    config: configOption,
    output: {
      type: "string",
      value: "DIR",
      help: "the folder to write the files into (default: to stdout, where it is one)",
    },
    app: {
      type: "string",
      value: "HOST=URL",
      multiple: true,
      help: "an application: its host names, with commas between them, and where it is: http://, https:// or h2c://",
    },
    internal: {
      type: "string",
      value: "ADDRESS:PORT",
      help: "where applications are that only internal networks reach",
    },
    "internal-app": {
      type: "string",
      value: "HOST=URL",
      multiple: true,
      help: "such an application, as --app has them: at --internal, and nowhere else",
    },
    host: {
      type: "string",
      value: "URL",
      multiple: true,
      help: "a Zerohop host as this proxy reaches it, http:// on its machine, else https:// (default: server.address; in containers and Kubernetes zerohop)",
    },
    "host-ca": {
      type: "string",
      value: "FILE",
      help: "who may have signed the hosts' certificate (default: the system's)",
    },
    "app-ca": { type: "string", value: "FILE", help: "the same for applications by https:// (default: the system's)" },
    "no-portal": { type: "boolean", help: "the portal is served by another proxy" },
    listen: {
      type: "string",
      value: "[ADDRESS:]PORT",
      help: "where visitors come to (default: the port of the portal's URL)",
    },
    http: {
      type: "string",
      value: "PORT",
      help: "what leads from plain HTTP to HTTPS; off: nothing does (default: 80)",
    },
    edge: { type: "string", value: "[ADDRESS:]PORT", help: "where gates on other machines get bundles and leases" },
    certificate: {
      type: "string",
      value: "FILE",
      help: "the certificate chain (default: tls/fullchain.pem beside the files)",
    },
    key: { type: "string", value: "FILE", help: "its private key (default: tls/privkey.pem beside the files)" },
    "trusted-proxy": {
      type: "string",
      value: "CIDR",
      multiple: true,
      help: "a load balancer before this proxy, whose X-Forwarded-For is believed (besides gate.trusted_proxies)",
    },
    cloudflare: { type: "boolean", help: "Cloudflare is before this proxy: its networks are trusted likewise" },
    "proxy-protocol": { type: "boolean", help: "those in front begin each connection with the PROXY protocol" },
    namespace: { type: "string", value: "NAME", help: "Kubernetes: where the gateway is (default: default)" },
    gateway: {
      type: "string",
      value: "NAME",
      help: "Kubernetes: the Gateway (default: eg); for Istio a label of its pods",
    },
    image: { type: "string", value: "IMAGE@sha256:DIGEST", help: "Kubernetes: an image with gate.wasm as plugin.wasm" },
    route: {
      type: "string",
      value: "NAMESPACE/NAME",
      help: "Envoy Gateway: the portal's HTTPRoute (default: zerohop in NAMESPACE)",
    },
    folder: {
      type: "string",
      value: "DIR",
      help: "where the files will lie on the proxy's machine (default: that of --output)",
    },
  },
  positionals: "NAME",
  examples: [
    "zerohop proxy nginx --config zerohop.yml --app app.example.com=http://127.0.0.1:8000 --output /etc/nginx",
    "zerohop proxy envoy --config zerohop.yml --app app.example.com,www.example.com=https://10.0.0.7:8443 --edge 10.0.0.1:8444 --output out --folder /etc/envoy",
    "zerohop proxy nginx --config zerohop.yml                        the portal alone",
  ],
  notes: () => ["NAME is one of", ...proxyNames.map((name) => `  ${name.padEnd(16)}  ${proxyNamed(name).summary}`)],
  async run(args) {
    const { positionals, options } = args;
    if (positionals.length !== 1) throw new HostError("usage", `NAME is one of ${proxyNames.join(", ")}`);
    const name = proxyName(positionals[0]!);
    const output = options.output === undefined ? undefined : resolve(String(options.output));
    const files = proxyNamed(name).hasGate
      ? await asOperator(args, async (operator, config) => {
          if (output === undefined)
            throw new HostError(
              "usage",
              `${name} is given an edge token, which is for nobody's eyes: name a folder with --output`,
            );
          // What is wrong with the options is said before there is a token that nobody has.
          proxyConfiguration(name, config, wishesOf(args, name));
          const { root } = await keyringOf(operator);
          const edgeToken = await tokenIn(output, () => makeEdgeToken(operator, name));
          const gate = { rootKeys: [{ kid: root.kid, x: root.x }], edgeToken };
          return proxyConfiguration(name, config, wishesOf(args, name, gate));
        })
      : proxyConfiguration(name, openConfig(args).config, wishesOf(args, name));
    if (output === undefined) print(name, files);
    else write(output, files, proxyNamed(name).modules ?? {});
    return 0;
  },
};

function wishesOf({ options, lists }: Arguments, name: ProxyName, gate?: Pick<Gate, "rootKeys" | "edgeToken">): Wishes {
  const text = (option: string) => (options[option] === undefined ? undefined : String(options[option]));
  const output = text("output");
  const folder =
    text("folder") ??
    proxyNamed(name).folder ??
    (output === undefined ? `/etc/${proxyNamed(name).program}` : resolve(output));
  if (!folder.startsWith("/")) throw new HostError("usage", `--folder must be an absolute path, not ${folder}`);
  return {
    command: commandLine(name, { options, lists, positionals: [] }),
    folder,
    apps: lists.app,
    internalApps: lists["internal-app"],
    internal: text("internal"),
    hosts: lists.host,
    hostCa: text("host-ca"),
    applicationCa: text("app-ca"),
    withoutPortal: options["no-portal"] === true,
    listen: text("listen"),
    http: text("http"),
    edge: text("edge"),
    certificate: text("certificate"),
    key: text("key"),
    trustedProxies: lists["trusted-proxy"],
    cloudflare: options.cloudflare === true,
    proxyProtocol: options["proxy-protocol"] === true,
    ...{ namespace: text("namespace"), gateway: text("gateway"), image: text("image"), route: text("route") },
    gate,
  };
}

/** As a shell takes it, to write the files anew. */
function commandLine(name: ProxyName, { options }: Arguments): string {
  const words = Object.entries(options).flatMap(([option, value]) =>
    [value ?? []]
      .flat()
      .flatMap((one) =>
        one === true ? [`--${option}`] : one === false ? [] : [`--${option}`, shellWord(String(one))],
      ),
  );
  return ["zerohop proxy", name, ...words].join(" ");
}

/** The token that the folder has, or a new one, which it has from now on. */
async function tokenIn(folder: string, make: () => Promise<string>): Promise<string> {
  const file = join(folder, tokenFile);
  const known = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (known !== "") return known;
  mkdirSync(folder, { recursive: true });
  // Opened first: a token that cannot be written would be one that nobody has.
  const opened = openSync(file, "a", 0o600);
  try {
    fchmodSync(opened, 0o600);
    const token = await make();
    writeSync(opened, `${token}\n`);
    return token;
  } finally {
    closeSync(opened);
  }
}

function print(name: ProxyName, files: readonly ConfigurationFile[]): void {
  if (files.length > 1)
    throw new HostError(
      "usage",
      `${name} has ${files.map(({ path }) => path).join(", ")}: name a folder with --output`,
    );
  process.stdout.write(files[0]!.text);
}

/** Whether a file is there that somebody else has written. */
function isForeign(file: string): boolean {
  if (!existsSync(file) || basename(file).startsWith("zerohop")) return false;
  return !readFileSync(file, "utf8").includes("#   zerohop proxy ");
}

function write(folder: string, files: readonly ConfigurationFile[], modules: Readonly<Record<string, string>>): void {
  const foreign = files.find(({ path }) => isForeign(join(folder, path)));
  if (foreign)
    throw new HostError(
      "usage",
      `${join(folder, foreign.path)} is there and not of zerohop proxy: name another folder with --output, or move it away`,
    );
  const put = (path: string, make: (file: string) => void) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    make(file);
    console.error(`wrote ${relative("", file)}`);
  };
  for (const { path, text, secret = false } of files)
    put(path, (file) => {
      // One that is there keeps its permissions, and must not be open for a moment.
      if (secret && existsSync(file)) chmodSync(file, 0o600);
      writeFileSync(file, text, secret ? { mode: 0o600 } : {});
    });
  for (const [path, module] of Object.entries(modules))
    put(path, (file) => copyFileSync(installed("build", module), file));
}

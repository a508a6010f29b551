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
import { usage } from "../../kit/errors.ts";
import { installed } from "../../kit/installation.ts";
import { makeEdgeToken } from "../../operations/edge-tokens.ts";
import { keyringOf } from "../../operations/operator.ts";
import type { ConfigurationFile, Gate } from "../../proxies/front.ts";
import type { Wishes } from "../../proxies/front-of.ts";
import { type ProxyName, proxyConfiguration, proxyName, proxyNamed, proxyNames } from "../../proxies/proxies.ts";
import {
  type Arguments,
  commandOf,
  configOption,
  flagOption,
  listOption,
  onlyPositional,
  textOption,
} from "../command.ts";
import { asOperator, openConfig } from "../open.ts";
import { shellWord } from "../shell-word.ts";

/** The edge token of a configuration, beside it: written anew, it goes on with the one that it has. */
const tokenFile = "zerohop-edge-token";

const options = {
  config: configOption,
  output: textOption("DIR", "the folder to write the files into (default: to stdout, where it is one)"),
  app: listOption(
    "HOST=URL",
    "an application: its host names, with commas between them, and where it is: http://, https:// or h2c://",
  ),
  internal: textOption("ADDRESS:PORT", "where applications are that only internal networks reach"),
  "internal-app": listOption("HOST=URL", "such an application, as --app has them: at --internal, and nowhere else"),
  host: listOption(
    "URL",
    "a Zerohop host as this proxy reaches it, http:// on its machine, else https:// (default: server.address; in containers and Kubernetes zerohop)",
  ),
  "host-ca": textOption("FILE", "who may have signed the hosts' certificate (default: the system's)"),
  "app-ca": textOption("FILE", "the same for applications by https:// (default: the system's)"),
  "no-portal": flagOption("the portal is served by another proxy"),
  listen: textOption("[ADDRESS:]PORT", "where visitors come to (default: the port of the portal's URL)"),
  http: textOption("PORT", "what leads from plain HTTP to HTTPS; off: nothing does (default: 80)"),
  edge: textOption("[ADDRESS:]PORT", "where gates on other machines get bundles and leases"),
  certificate: textOption("FILE", "the certificate chain (default: tls/fullchain.pem beside the files)"),
  key: textOption("FILE", "its private key (default: tls/privkey.pem beside the files)"),
  "trusted-proxy": listOption(
    "CIDR",
    "a load balancer before this proxy, whose X-Forwarded-For is believed (besides gate.trusted_proxies)",
  ),
  cloudflare: flagOption("Cloudflare is before this proxy: its networks are trusted likewise"),
  "proxy-protocol": flagOption("those in front begin each connection with the PROXY protocol"),
  namespace: textOption("NAME", "Kubernetes: where the gateway is (default: default)"),
  gateway: textOption("NAME", "Kubernetes: the Gateway (default: eg); for Istio a label of its pods"),
  image: textOption("IMAGE@sha256:DIGEST", "Kubernetes: an image with gate.wasm as plugin.wasm"),
  route: textOption("NAMESPACE/NAME", "Envoy Gateway: the portal's HTTPRoute (default: zerohop in NAMESPACE)"),
  folder: textOption("DIR", "where the files will lie on the proxy's machine (default: that of --output)"),
};

type Options = Arguments<typeof options>["options"];

export const command = commandOf({
  options,
  positionals: "NAME",
  examples: [
    "zerohop proxy nginx --config zerohop.yml --app app.example.com=http://127.0.0.1:8000 --output /etc/nginx",
    "zerohop proxy envoy --config zerohop.yml --app app.example.com,www.example.com=https://10.0.0.7:8443 --edge 10.0.0.1:8444 --output out --folder /etc/envoy",
    "zerohop proxy nginx --config zerohop.yml                        the portal alone",
  ],
  notes: () => ["NAME is one of", ...proxyNames.map((name) => `  ${name.padEnd(16)}  ${proxyNamed(name).summary}`)],
  async run(args) {
    const { options } = args;
    const name = proxyName(onlyPositional(args, `NAME is one of ${proxyNames.join(", ")}`));
    const output = options.output === undefined ? undefined : resolve(options.output);
    const files = proxyNamed(name).hasGate
      ? await asOperator(args, async (operator, config) => {
          if (output === undefined)
            throw usage(`${name} is given an edge token, which is for nobody's eyes: name a folder with --output`);
          // What is wrong with the options is said before there is a token that nobody has.
          proxyConfiguration(name, config, wishesOf(options, name));
          const { root } = await keyringOf(operator);
          const edgeToken = await tokenIn(output, () => makeEdgeToken(operator, name));
          const gate = { rootKeys: [{ kid: root.kid, x: root.x }], edgeToken };
          return proxyConfiguration(name, config, wishesOf(options, name, gate));
        })
      : proxyConfiguration(name, openConfig(args).config, wishesOf(options, name));
    if (output === undefined) print(name, files);
    else write(output, files, proxyNamed(name).modules ?? {});
    return 0;
  },
});

function wishesOf(options: Options, name: ProxyName, gate?: Pick<Gate, "rootKeys" | "edgeToken">): Wishes {
  const { output, internal, listen, http, edge, certificate, key, cloudflare } = options;
  const usualFolder =
    proxyNamed(name).folder ?? (output === undefined ? `/etc/${proxyNamed(name).program}` : resolve(output));
  const folder = options.folder ?? usualFolder;
  if (!folder.startsWith("/")) throw usage(`--folder must be an absolute path, not ${folder}`);
  return {
    command: commandLine(name, options),
    ...{ folder, internal, listen, http, edge, certificate, key, cloudflare, gate },
    apps: options.app,
    internalApps: options["internal-app"],
    hosts: options.host,
    hostCa: options["host-ca"],
    applicationCa: options["app-ca"],
    withoutPortal: options["no-portal"],
    trustedProxies: options["trusted-proxy"],
    proxyProtocol: options["proxy-protocol"],
    ...{ namespace: options.namespace, gateway: options.gateway, image: options.image, route: options.route },
  };
}

/** As a shell takes it, to write the files anew. */
function commandLine(name: ProxyName, options: Options): string {
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
    throw usage(`${name} has ${files.map(({ path }) => path).join(", ")}: name a folder with --output`);
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
    throw usage(
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

// Requests as Traefik hands them to build/plugin.wasm, and configurations and bundle files as they may lie there. The host is
// the small one of the tests, which keeps the plugin to its word about host functions; here it is kept to its word about what
// goes on: no session, no identity but the plugin's own, and an answer where nothing goes on.
import { join } from "node:path";
import type { HttpExchange } from "../../../workshop/gate/http-wasm/http-exchange.ts";
import { MountedFolder } from "../../../workshop/gate/http-wasm/mounted-folder.ts";
import { PluginHost } from "../../../workshop/gate/http-wasm/plugin-host.ts";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { bundleKey, freshClaims, newSessionKey, signToken } from "../../../workshop/gate/tokens.ts";
import { BrokenPromise, type Target } from "../target.ts";
import { bundle } from "./bundles.ts";
import { addressWords, jsonWords, urlWords } from "./samples.ts";

const plugin = join(import.meta.dirname, "..", "..", "..", "build", "plugin.wasm");
const hour = 3600;
const key = newSessionKey();
const own = ["alice", "admins,dev", "Alice Liddell", "alice@example.com", "bob"];
const identity = /^remote[^a-z0-9](user|groups|name|email)$/i;
const isSession = (cookie: string) => /^[ \t]*zerohop_session[ \t]*=/.test(cookie);
const isPortal = (host: string) => /^auth\.(test\.)?example\.com(:\d+)?$/i.test(host);
const now = () => Math.floor(Date.now() / 1000);
const content = () => ({ ...bundle, iat: now(), keys: [bundleKey(key)], not_before: {} });
const claims = (changed = {}) =>
  freshClaims("https://auth.example.com", "example.com", { exp: now() + hour, ...changed });

/** What came of a request, as a number. Throws when it is not what it may be. */
function judge(host: PluginHost, exchange: HttpExchange): number {
  const [trap] = host.traps;
  if (trap) throw trap;
  if (!exchange.isContinued) {
    if (!exchange.answered) throw new BrokenPromise("neither let on nor answered");
    return (exchange.status << 8) | (exchange.answered.body.length >> 5);
  }
  let ours = 0;
  for (const [name, value] of exchange.headers) {
    if (identity.test(name) && !own.includes(value)) throw new BrokenPromise(`${name}: ${value} goes on`);
    if (identity.test(name)) ours++;
    if (name === "Cookie" && !isPortal(exchange.host) && value.split(";").some(isSession))
      throw new BrokenPromise("the session goes on");
  }
  return 1 + ours;
}

/** Lines: the URL, the method, then headers. Names that no Go server lets in are left out, as are control characters. */
function requestOf(input: string) {
  const [url = "", method = "", ...lines] = input.replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, "").split("\n");
  const headers = lines.flatMap((line): Header[] => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) ? [[name, line.slice(colon + 1).trim()]] : [];
  });
  return { url, method, headers };
}

const latin1 = (input: Uint8Array) => Buffer.from(input.buffer, input.byteOffset, input.length).toString("latin1");

export function pluginRequests(): Target {
  const host = new PluginHost({ plugin, now: now(), configuration: { bundle: content() } });
  const good = `cookie: a=1; zerohop_session=${signToken(key, claims())}; b=2`;
  const late = `cookie: zerohop_session=${signToken(key, claims({ iat: now() - 120, exp: now() - 60 }))}`;
  const seed = (url: string, ...lines: string[]) => [`https://${url}`, "GET", ...lines].join("\n");
  return {
    seeds: [
      seed("app.example.com/x", "accept: text/html", "remote-user: evil", "remote_groups: evil", good),
      seed("app.example.com/x?a;b=c", "x-requested-with: XMLHttpRequest", "cookie: zerohop_session=x", "cookie: c=d"),
      seed("app.example.com/%61;b/c%3fd", good, good, late),
      seed("app.example.com/", "accept: text/html", late, "cookie: __Host-zerohop-ways=8"),
      seed("app.example.com/", "accept: text/html", late).replace("GET", "POST"),
      seed("auth.example.com/", good),
    ],
    dictionary: [
      ...[
        ...urlWords,
        ...addressWords,
        "\n",
        ": ",
        "POST",
        "cookie: ",
        "accept: text/html",
        "authorization: Basic YTpi",
      ],
      ...[
        "zerohop_session=",
        "; ",
        "=",
        "remote-user: evil",
        "Remote.Email: evil",
        "remote_name:evil",
        "__Host-zerohop-ways=",
      ],
    ],
    pages: () => host.instances[0]!.bytes.size / 65536,
    run: (input) => judge(host, host.request(requestOf(latin1(input)))),
  };
}

/** Configurations and, behind the first line, the content of a bundle file. Whatever they say, nobody gets in whom they do not know. */
export function pluginConfigurations(): Target {
  const { kid, x } = key;
  const signed = signToken(key, content(), { typ: "zerohop-bundle+jwt" });
  const settings = { root_keys: [{ kid, x }], bundle_file: "/zerohop/b", max_stale: 3600 };
  let pages = 0;
  return {
    seeds: [
      `${JSON.stringify(settings)}\n${signed}`,
      `${JSON.stringify({ ...settings, trusted_proxies: ["10.0.0.0/8"], cache_bytes: "600000" })}\n${signed}`,
      `${JSON.stringify({ bundle: content() })}\n`,
      `${JSON.stringify({ root_keys: settings.root_keys, bundle: signed })}\n`,
    ],
    dictionary: [
      ...jsonWords,
      ...addressWords,
      "/zerohop/",
      "root_keys",
      "bundle",
      "bundle_file",
      "max_stale",
      "\n",
      ".",
    ],
    pages: () => pages,
    run(input) {
      const text = latin1(input);
      const line = text.indexOf("\n");
      const folder = new MountedFolder("/zerohop");
      folder.write("b", Buffer.from(line < 0 ? "" : text.slice(line + 1), "latin1"));
      const configuration = Buffer.from(line < 0 ? text : text.slice(0, line), "latin1").toString();
      const host = new PluginHost({ plugin, now: now(), configuration, folder });
      const exchange = host.request({ url: "https://nobody.example.com/", headers: [["remote-user", "evil"]] });
      pages = host.instances[0]!.bytes.size / 65536;
      return (host.log.length << 20) | judge(host, exchange);
    },
  };
}

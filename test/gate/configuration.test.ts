// The plugin configuration: for one that can't be used there is one line that says why, and nothing gets through.
import { describe, expect, test } from "vitest";
import type { LogLine } from "../../workshop/gate/proxy-wasm/surroundings.ts";
import type { Worker } from "../../workshop/gate/proxy-wasm/worker.ts";
import { type Claims, newSessionKey } from "../../workshop/gate/tokens.ts";
import {
  bundle,
  edgeToken,
  hostCluster,
  NOW,
  pollingConfiguration,
  rootKey,
  setTime,
  signBundle,
  startPolling,
  startWith,
  statusOf,
} from "./gate.ts";

const { kid, x } = rootKey;
const inline = (changed: Claims) => ({ bundle: bundle(), ...changed });
const withPolicy = (policy: unknown) => ({ bundle: bundle({ policy }) });
const withCookie = (cookie: Claims) => ({
  bundle: bundle({ cookies: [{ domain: "a.b", portal: "https://auth.a.b", name: "s", ...cookie }] }),
});
const notABundle = "bundle: not a bundle";
const aKey = "root_keys: must be a list of Ed25519 keys";
const json = "not valid JSON, or a value of another type than expected";

/** Shows a running instance a configuration, as a proxy does whose filters share a vm_id. Whether it takes it. */
function configureAgain({ instance }: Worker, configuration: string): boolean {
  instance.pluginConfiguration = Buffer.from(configuration);
  return instance.call("proxy_on_configure", instance.root, configuration.length) === 1;
}

describe("a configuration that can't be used is named in one critical line of one thread, and all gets 503", () => {
  test.each<[string, string | object, string]>([
    ["nothing", "", "missing, see `zerohop gate config`"],
    ["not JSON", "root_keys: []", "must be a JSON object"],
    ["a list", [], "must be a JSON object"],
    ["a text", '"bundle"', "must be a JSON object"],
    ["blanks", "  ", "must be a JSON object"],
    ["cut short", JSON.stringify(inline({})).slice(0, -1), json],
    ["with more behind it", `${JSON.stringify(inline({}))} {}`, json],
    ["with a comma too many", '{"max_stale":1,}', json],
    ["nested without end", `{"bundle":${"[".repeat(5000)}`, json],
    ["an unknown key", inline({ root_key: [] }), "unknown key root_key; allowed are root_keys, "],
    ["an endless unknown key", inline({ ["k".repeat(9999)]: 1 }), `unknown key ${"k".repeat(100)}; allowed`],
    ["empty", {}, "either host_cluster or bundle is needed"],
    ["a host and no root key", pollingConfiguration({ root_keys: undefined }), "root_keys is needed"],
    ["a host and no edge token", pollingConfiguration({ edge_token: undefined }), "edge_token is needed"],
    ["a host and an empty edge token", pollingConfiguration({ edge_token: "" }), "edge_token is needed"],
    [
      "two edge tokens",
      pollingConfiguration({ edge_token_variable: "ZEROHOP_EDGE_TOKEN" }),
      "or else edge_token_variable",
    ],
    [
      "an edge token in a variable that is not there",
      pollingConfiguration({ edge_token: undefined, edge_token_variable: "ZEROHOP_EDGE_TOKEN" }),
      "edge_token_variable: the proxy's environment has no such variable",
    ],
    ["a host and no authority", pollingConfiguration({ host_authority: undefined }), "host_authority is needed"],
    ["a host that is a list", pollingConfiguration({ host_cluster: [hostCluster] }), json],
    ["an edge token that is a number", pollingConfiguration({ edge_token: 1 }), json],
    ["no root keys", inline({ root_keys: [] }), aKey],
    ["a root key that is a text", inline({ root_keys: [x] }), aKey],
    ["root keys that are one", inline({ root_keys: { kid, x } }), aKey],
    ["a root key without an id", inline({ root_keys: [{ x }] }), aKey],
    ["a root key without a point", inline({ root_keys: [{ kid }] }), aKey],
    ["a root key cut short", inline({ root_keys: [{ kid, x: x.slice(1) }] }), aKey],
    ["a root key with padding", inline({ root_keys: [{ kid, x: `${x}=` }] }), aKey],
    ["a root key that is not on the curve", inline({ root_keys: [{ kid, x: pointOf(2) }] }), aKey],
    ["a root key of small order", inline({ root_keys: [{ kid, x: pointOf(1) }] }), aKey],
    ["a root key of another curve", inline({ root_keys: [{ kid, x, kty: "OKP", crv: "X25519" }] }), aKey],
    ["a root key of another kind", inline({ root_keys: [{ kid, x, kty: "EC" }] }), aKey],
    [
      "a drop_session_set_cookie that is a text",
      inline({ drop_session_set_cookie: "true" }),
      "drop_session_set_cookie: must be true or false",
    ],
    ["a negative max_stale", inline({ max_stale: -1 }), "max_stale: must be a number of seconds"],
    ["a max_stale that is a text", inline({ max_stale: "1h" }), json],
    ["a cache too small", inline({ cache_bytes: 524_287 }), "cache_bytes: must lie between"],
    ["a cache too large", inline({ cache_bytes: 268_435_457 }), "cache_bytes: must lie between"],
    ["a negative cache", inline({ cache_bytes: -1 }), "cache_bytes: must lie between"],
    ["a bundle that is a number", { bundle: 1 }, notABundle],
    ["a bundle that is null", { bundle: null }, notABundle],
    ["an empty bundle", { bundle: {} }, notABundle],
    ["a bundle without keys for its sessions", { bundle: bundle({ keys: [{}] }) }, notABundle],
    ["a portal without TLS", withCookie({ portal: "http://auth.a.b" }), notABundle],
    ["a portal without a host", withCookie({ portal: "https:///" }), notABundle],
    ["a portal with a user", withCookie({ portal: "https://me@auth.a.b" }), notABundle],
    ["a cookie without a name", withCookie({ name: "" }), notABundle],
    ["a cookie without a domain", withCookie({ domain: undefined }), notABundle],
    ["an unsigned text as bundle", { bundle: "{}" }, "bundle: not signed by a root key"],
    ["a bundle signed by nobody known", { bundle: signBundle(bundle()) }, "bundle: not signed by a root key"],
    [
      "a bundle signed by another key",
      { bundle: signBundle(bundle(), newSessionKey(), { kid }), root_keys: [{ kid, x }] },
      "bundle: not signed by a root key",
    ],
    ["a policy that is a text", withPolicy("deny"), "bundle: policy: must be a mapping"],
    ["no rules", withPolicy({ default_policy: "deny" }), "bundle: policy: there are no rules"],
    [
      "a rule without a policy",
      withPolicy({ rules: [{ domain: "a.b" }] }),
      "bundle: policy: rules[0]: a rule needs a policy",
    ],
    [
      "an expression that is none",
      withPolicy({ rules: [{ domain: "a.b", policy: "deny", resources: ["^/ok$", "(a"] }] }),
      "bundle: policy: rules[0].resources[1]: ",
    ],
    [
      "a network that is none",
      withPolicy({ rules: [{ domain: "a.b", policy: "deny", networks: ["10.0.0.0/33"] }] }),
      'bundle: policy: rules[0].networks[0]: "10.0.0.0/33" is not',
    ],
  ])("%s", (_, configuration, sentence) => {
    const gate = startWith(configuration, { clusters: [hostCluster], workers: 2 });
    gate.advance(1000);
    const [{ level, message }, ...others] = gate.log as [LogLine, ...LogLine[]];
    expect(others).toEqual([]);
    expect(level).toBe("critical");
    expect(message).toMatch(/^zerohop: configuration: [^\r\n]+$/);
    expect(message).toContain(sentence);
    expect(message).not.toContain(edgeToken);
    for (const host of ["public", "app", "auth", "unknown"])
      for (const worker of gate.workers)
        expect(statusOf(worker.request({ url: `https://${host}.example.com/` }))).toBe(503);
    expect([gate.traps, gate.calls.size]).toEqual([[], 0]);
  });
});

describe("a configuration", () => {
  test("that can be used starts the filter without a word, and ticks only to keep the time where there is no host", () => {
    const gate = startWith(inline({ cache_bytes: 524_288, max_stale: 0 }));
    expect(gate.log).toEqual([]);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(200);
    expect(gate.workers[0]!.instance.tickPeriod).toBe(500);
  });

  test("may be printed with line breaks and blanks, and say its keys' kind", () => {
    const configuration = pollingConfiguration({ root_keys: [{ kty: "OKP", crv: "Ed25519", kid, x, use: "sig" }] });
    const gate = startWith(`\n ${JSON.stringify(configuration, undefined, "\t")} \r\n`, { clusters: [hostCluster] });
    expect(gate.log).toEqual([]);
    gate.advance(100);
    expect(gate.calls.size).toBe(1);
  });

  test("that comes again changes nothing; another for the same VM is refused, and the first one stays", () => {
    const configuration = JSON.stringify(inline({}));
    const gate = startWith(configuration);
    const ask = () => statusOf(gate.request({ url: "https://public.example.com/" }));
    expect(configureAgain(gate.workers[0]!, configuration)).toBe(true);
    expect(gate.log).toEqual([]);
    for (const other of [JSON.stringify(inline({ max_stale: 1 })), `${configuration} `, "{"]) {
      expect(configureAgain(gate.workers[0]!, other)).toBe(false);
      expect(gate.log.at(-1)).toMatchObject({
        level: "critical",
        message: expect.stringContaining("vm_id of its own"),
      });
      expect(ask()).toBe(200);
    }
    expect(gate.log).toHaveLength(3);
  });

  test("that is changed, by the same host, takes the place of the one before", () => {
    const gate = startPolling();
    const worker = gate.workers[0]!;
    // Its keys are told by what they are, not by how they are written.
    const root_keys = [{ x, kty: "OKP", kid, crv: "Ed25519" }];
    const changed = JSON.stringify(pollingConfiguration({ root_keys, edge_token: "zhe_new", max_stale: 60 }), null, 1);
    expect(configureAgain(worker, changed)).toBe(true);
    expect(gate.log.filter(({ level }) => level === "critical")).toEqual([]);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(200);
    setTime(gate, NOW + 61);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(503);
  });

  test("that is changed for the worse leaves nothing in force", () => {
    const gate = startPolling();
    expect(configureAgain(gate.workers[0]!, JSON.stringify(pollingConfiguration({ max_stale: -1 })))).toBe(false);
    expect(gate.log.at(-1)).toMatchObject({ level: "critical", message: expect.stringContaining("max_stale") });
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(503);
  });

  test("of another host is refused on the same VM, and the first one stays", () => {
    const gate = startPolling();
    const { kid, x } = newSessionKey();
    expect(configureAgain(gate.workers[0]!, JSON.stringify(pollingConfiguration({ root_keys: [{ kid, x }] })))).toBe(
      false,
    );
    expect(gate.log.at(-1)).toMatchObject({ level: "critical", message: expect.stringContaining("vm_id of its own") });
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(200);
  });

  test("that comes after a refused one takes nothing over from it", () => {
    const refused = () => startWith(pollingConfiguration({ edge_token: "" }), { clusters: [hostCluster] }).workers[0]!;
    const ask = (worker: Worker) => statusOf(worker.request({ url: "https://public.example.com/" }));
    const worker = refused();
    expect([configureAgain(worker, JSON.stringify(inline({}))), ask(worker)]).toEqual([true, 200]);
    expect(worker.instance.tickPeriod).toBe(500);

    const stillRefused = refused();
    configureAgain(stillRefused, '{"edge_token":"x"}');
    expect([stillRefused.instance.surroundings.log.length, ask(stillRefused)]).toEqual([2, 503]);
    expect(stillRefused.instance.tickPeriod).toBe(0);
  });

  test("keeps its secrets out of the log, whatever happens", () => {
    const gate = startPolling();
    configureAgain(gate.workers[0]!, "{}");
    expect(gate.log.length).toBeGreaterThan(0);
    expect(JSON.stringify(gate.log)).not.toContain(edgeToken.slice(0, 8));
  });
});

/** A point's y coordinate, encoded. With y = 1 it is the neutral element; with y = 2 there is no such point. */
function pointOf(y: number): string {
  return Buffer.from([y, ...Array<number>(31).fill(0)]).toString("base64url");
}

describe("the edge token from the proxy's environment", () => {
  const edge_token_variable = "ZEROHOP_EDGE_TOKEN";
  const start = (environment: Readonly<Record<string, string>>) =>
    startWith(pollingConfiguration({ edge_token: undefined, edge_token_variable }), {
      ...{ clusters: [hostCluster], environment },
    });

  test.each([
    ["alone", { [edge_token_variable]: edgeToken }],
    ["with the line end of a file", { [edge_token_variable]: `${edgeToken}\n` }],
    [
      "among names that begin and end like it",
      {
        ...{
          ZEROHOP_EDGE_TOKE: "short",
          X: "",
          [`X${edge_token_variable}`]: "another",
          [`${edge_token_variable}_2`]: "two",
        },
        ...{ PATH: `${edge_token_variable}=path`, [edge_token_variable]: edgeToken },
      },
    ],
  ])("is shown to the host: %s", (_, environment) => {
    const gate = start(environment);
    gate.advance(100);
    expect(gate.log).toEqual([]);
    expect(gate.calls.oldest.headers.get("authorization")).toBe(`Bearer ${edgeToken}`);
  });

  test.each([
    ["there is none", {}],
    ["it is empty", { [edge_token_variable]: "" }],
    ["it is blank", { [edge_token_variable]: " \n" }],
    ["another one's value looks like it", { A: `${edge_token_variable}=${edgeToken}` }],
  ])("is asked for in the log, and all gets 503, where %s", (_, environment) => {
    const gate = start(environment);
    gate.advance(1000);
    expect(gate.log.map(({ level, message }) => [level, message])).toEqual([
      ["critical", expect.stringContaining("edge_token_variable: the proxy's environment has no such variable")],
    ]);
    expect(statusOf(gate.request({ url: "https://public.example.com/" }))).toBe(503);
  });
});

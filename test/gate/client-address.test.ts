// Who the client is behind proxies that are trusted: the last address that none of them wrote about itself.
import { describe, expect, test } from "vitest";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { bundle, NOW, sessionCookie, setTime, startPolling, startWith, statusOf, token } from "./gate.ts";

const office = "https://office.example.com/";
/** Of the network that `office` is open to. */
const inside = "203.0.113.9";
const outside = "198.51.100.9";
/** A proxy in front. */
const front = "10.0.0.1:4000";

const start = (trusted_proxies: readonly string[]) => startWith({ bundle: bundle(), trusted_proxies });
const gate = start(["10.0.0.0/8", "2001:db8:10::/48", "::1"]);

const lines = (...values: string[]): Header[] => values.map((value) => ["x-forwarded-for", value]);

/**
 * The status of a request to what is open to the office's network. The proxy under test appends the address that the request
 * came from, as Envoy does with `use_remote_address`, in one line with those before.
 */
function status(source: string, ...values: string[]): number {
  return statusOf(gate.request({ url: office, source, headers: lines(...values) }));
}

describe("without trusted proxies", () => {
  test("it is who connects, whatever a header says", () => {
    const gate = start([]);
    const from = (source: string, value: string) =>
      statusOf(gate.request({ url: office, source, headers: lines(value) }));
    expect([from(`${inside}:1`, outside), from(`${outside}:1`, inside)]).toEqual([200, 403]);
  });
});

describe("behind a trusted proxy", () => {
  test("it is the address that the proxy saw", () => {
    expect([status(front, inside), status(front, outside)]).toEqual([200, 403]);
    expect([status(front, `${inside}:50000`), status(front, ` ${inside}\t`)]).toEqual([200, 200]);
  });

  test("it is never what the client wrote before", () => {
    expect(status(front, `${inside}, ${outside}`)).toBe(403);
    expect(status(front, `${inside},${inside},10.0.0.7,${outside}`)).toBe(403);
    expect(status(front, `${outside}, ${inside}`)).toBe(200);
    expect(status(front, `junk, ${inside}`)).toBe(200);
  });

  test("trusted ones further on are passed over", () => {
    expect(status(front, `${outside}, ${inside}, 10.1.1.1, 10.2.2.2:80`)).toBe(200);
    expect(status(front, `${inside}, ${outside}, 10.1.1.1, [::1]`)).toBe(403);
  });

  test("it is the first of all when every one is trusted", () => {
    expect(status(front, "10.0.0.3, 10.0.0.2")).toBe(403);
    const all = start(["10.0.0.0/8", "203.0.113.0/24"]);
    const from = (...values: string[]) =>
      statusOf(all.request({ url: office, source: front, headers: lines(...values) }));
    expect([from(`${inside}, 10.0.0.2`), from(`10.0.0.2, ${inside}`), from()]).toEqual([200, 403, 403]);
  });

  test("it has its own for IPv6", () => {
    expect(status("[2001:db8:10::7]:443", inside)).toBe(200);
    expect(status("[2001:db8:11::7]:443", inside)).toBe(403);
    expect(status("[::1]:443", `::ffff:${inside}`)).toBe(200);
    expect(status("[::1]:443", `[::ffff:${inside}]:7`)).toBe(200);
    expect(status("[::ffff:10.0.0.1]:443", inside)).toBe(200);
  });
});

describe("what nobody can read as an address", () => {
  const junk = [
    "",
    " ",
    "unknown",
    "10.0.0.256",
    "for=10.0.0.1",
    "::1%eth0",
    "_hidden",
    "10.0.0.1;",
    "\xff",
    "x".repeat(50_000),
  ];

  test.each(junk)("%j makes the client unknown, and rules with networks refuse", (entry) => {
    expect(status(front, `${inside}, ${entry}`)).toBe(400);
    expect(status(front, `${inside}, ${entry}, 10.0.0.9`)).toBe(400);
  });

  test("does not matter to other rules", () => {
    const request = { source: front, headers: [...lines("junk"), sessionCookie(token())] };
    expect(statusOf(gate.request({ url: "https://app.example.com/", ...request }))).toBe(200);
  });

  test.each<[string, { methods?: string[]; resources?: string[]; subject?: string; query?: object[] }]>([
    ["whose methods", { methods: ["POST"] }],
    ["whose subject", { subject: "user:bob" }],
    ["whose query", { query: [[{ operator: "equal", key: "q", value: "1" }]] }],
    ["whose resources", { resources: ["^/health$"] }],
  ])("does not matter to a rule with networks %s miss the request, whatever its policy", (_, criterion) => {
    const ruleOf = (policy: string) => ({
      domain: "app.example.com",
      networks: ["203.0.113.0/24"],
      policy,
      ...criterion,
    });
    for (const policy of criterion.subject ? ["deny"] : ["bypass", "deny"]) {
      const rules = [ruleOf(policy), { domain: "app.example.com", policy: "one_factor" }];
      const gate = startWith({
        bundle: bundle({ policy: { default_policy: "deny", rules } }),
        trusted_proxies: ["10.0.0.1"],
      });
      const ask = (method: string, path: string, user: string) => {
        const headers = [...lines("junk"), sessionCookie(token({ sub: user }))];
        return statusOf(gate.request({ url: `https://app.example.com${path}`, method, source: front, headers }));
      };
      expect([policy, ask("GET", "/", "alice")]).toEqual([policy, 200]);
      // Which it does not miss.
      const [method, path] = [criterion.methods?.[0] ?? "GET", criterion.resources ? "/health" : "/?q=1"];
      expect([policy, ask(method, path, "bob")]).toEqual([policy, 400]);
    }
  });

  test("is not told to the host as a visitor's", () => {
    const gate = startPolling({}, {}, { trusted_proxies: ["10.0.0.0/8"] });
    setTime(gate, NOW + 50);
    const ask = (headers: readonly Header[]) => {
      gate.request({ url: "https://app.example.com/", source: front, headers: [...headers, sessionCookie(token())] });
      return [...gate.calls].at(-1)!.headers.all("x-forwarded-for");
    };
    expect(ask(lines("junk"))).toEqual([]);
    expect(ask(lines(`${outside}, ${inside}`))).toEqual([inside]);
  });
});

describe("several lines", () => {
  /** A proxy that adds a line of its own leaves what came before; the one under test does not join them. */
  function statusOfLines(count: number, line: (i: number) => string): number {
    // The one that the proxy itself writes comes first here, and so is the leftmost.
    const unjoined = lines(...Array.from({ length: count - 1 }, (_, i) => line(i + 1)));
    return statusOf(gate.request({ url: office, source: front, headers: lines(line(0)), unjoined }));
  }

  test("count as one, in their order", () => {
    expect(statusOfLines(2, (i) => [inside, "10.0.0.2"][i]!)).toBe(200);
    expect(statusOfLines(3, (i) => [inside, outside, "10.0.0.2"][i]!)).toBe(403);
    expect(statusOfLines(3, (i) => [outside, `${inside}, 10.0.0.5`, "10.0.0.2"][i]!)).toBe(200);
  });

  test("are read up to sixteen; with more the client is unknown", () => {
    expect(statusOfLines(16, (i) => (i === 0 ? inside : "10.0.0.2"))).toBe(200);
    expect(statusOfLines(17, (i) => (i === 0 ? inside : "10.0.0.2"))).toBe(400);
    expect(statusOfLines(17, (i) => (i === 16 ? inside : "10.0.0.2"))).toBe(400);
    expect(statusOfLines(3000, () => inside)).toBe(400);
  });
});

// The outcomes as a table: as they were, for the terminal, and as they have to be, for docs/proxies.md.
import type { Request } from "./requests.ts";

/** What came out, by request and proxy. */
export function textMatrix(
  proxies: readonly string[],
  outcomes: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string {
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(i === 0 ? 52 : 15)).join(" ");
  const rows = [...outcomes].map(([name, row]) => line([name, ...proxies.map((proxy) => row.get(proxy) ?? "?")]));
  return [line(["", ...proxies]), ...rows].join("\n");
}

/** The table that the tests hold every proxy to, with a number at each difference and its reason below. */
export function documentedMatrix(proxies: readonly string[], requests: readonly Request[]): string {
  const reasons: string[] = [];
  const cell = ({ outcome, differs }: Request, proxy: string) => {
    const difference = differs?.[proxy];
    if (!difference) return outcome;
    if (!reasons.includes(difference.reason)) reasons.push(difference.reason);
    return `**${difference.outcome}** (${reasons.indexOf(difference.reason) + 1})`;
  };
  const rows = requests.map((request) => [escaped(request.name), ...proxies.map((proxy) => cell(request, proxy))]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    ...introduction(requests.length),
    line(["request", ...proxies]),
    `|${"---|".repeat(proxies.length + 1)}`,
    ...rows.map(line),
    "",
    "## Where they differ, and why",
    "",
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
    "",
  ].join("\n");
}

function introduction(count: number): string[] {
  return [
    "# The same outcome in every proxy",
    "",
    "    zerohop proxy nginx --config zerohop.yml --app app.example.com=http://127.0.0.1:8000 --output /etc/nginx",
    "",
    "writes the finished configuration of a proxy; `zerohop proxy --help` has the other proxies' names, and what else it can do. What comes",
    "out is the same in all of them:",
    "",
    `${count} requests, each sent through the real proxies with what \`zerohop proxy\` writes for them, in front of the same host, rules and`,
    "application. `test/proxies/side-by-side` sends them and holds every proxy to this table, which it also writes. In the column",
    "nginx-wasm nginx is real and so is the gate, but what runs the gate stands for ngx_wasm_module ([nginx-wasm.md](nginx-wasm.md)).",
    "",
    "`200 NAME` reached the application as NAME, `200 -` as nobody; `101 hello` is a WebSocket that echoes, `200 event`",
    "events that came while their stream was open, `200 ended` and `200 goes on` a stream beside which its visitor logged out; `login` is a Location at the portal with the way back, `basic` a challenge. In bold",
    "is what differs from the other proxies; the number leads to the reason. `with` names the credential that the application got, from",
    "whichever of the two headers. Besides the outcome the tests look at what the application got: every byte of a body, nothing that",
    "the client made up, and no session.",
    "",
  ];
}

function escaped(name: string): string {
  return name.replaceAll("|", "\\|").replaceAll("_", "\\_").replaceAll("*", "\\*");
}

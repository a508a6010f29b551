// The table of docs/applications/README.md: what is done with JupyterLab and Radicale behind each proxy, and where a proxy differs.

export interface Difference {
  readonly outcome: string;
  readonly reason: string;
}

export interface Row {
  readonly application: "JupyterLab" | "Radicale";
  readonly name: string;
  readonly differs?: Readonly<Record<string, Difference>>;
}

/** The outcome of a step with which nothing is wrong. */
export const works = "works";

const credentials =
  "The plugin can ask nobody whom credentials stand for. Behind it Radicale has to check passwords itself, under a rule with `policy: bypass` ([radicale.md](radicale.md)).";
const plugin = (outcome: string, reason: string) => ({ "traefik plugin": { outcome, reason } });
const unasked = plugin("401", credentials);

const jupyterLab = (name: string, differs?: Row["differs"]): Row => ({
  ...{ application: "JupyterLab", name },
  ...(differs && { differs }),
});
const radicale = (name: string, differs?: Row["differs"]): Row => ({
  ...{ application: "Radicale", name },
  ...(differs && { differs }),
});

/** In the order in which they are done. */
export const rows = {
  open: jupyterLab("opens after a login at the portal"),
  identity: jupyterLab("knows who has logged in"),
  notebook: jupyterLab("a notebook is made, its kernel computes, it is saved"),
  terminal: jupyterLab("a terminal answers, by WebSocket"),
  upload: jupyterLab("a file of 5 MB is uploaded"),
  download: jupyterLab("and comes back whole"),
  goOn: jupyterLab("computing, saving and the terminal go on while leases are renewed"),
  sockets: jupyterLab("no WebSocket is closed meanwhile"),
  refused: jupyterLab("no request of the page's is refused meanwhile"),
  page: radicale("its page opens after a login at the portal"),
  collection: radicale("the page makes an address book"),
  refresh: radicale("the page fetches its list while leases are renewed"),
  discovery: radicale("`/.well-known/caldav` leads to the calendars (PROPFIND)", unasked),
  calendar: radicale("a calendar is made (MKCALENDAR)", unasked),
  options: radicale("OPTIONS names CalDAV", unasked),
  refusals: radicale("who has no credentials, or wrong ones, is asked for Basic", unasked),
  long_body: radicale("2 MB are put after `Expect: 100-continue`", unasked),
  events: radicale("events are put, found (REPORT), changed and deleted", unasked),
  synchronization: radicale("what has changed is fetched (sync-collection)", unasked),
  move: radicale("an event is moved (MOVE with Destination)", unasked),
  removal: radicale("the calendar is deleted", unasked),
} as const satisfies Readonly<Record<string, Row>>;

export type Step = keyof typeof rows;

/** What a step has to come to behind a proxy. */
export function due(step: Step, proxy: string): string {
  const row: Row = rows[step];
  return row.differs?.[proxy]?.outcome ?? works;
}

/** What ten minutes behind a proxy were like. */
export interface Figures {
  readonly proxy: string;
  readonly minutes: number;
  readonly computed: number;
  readonly calendarRounds: number;
  /** New cookies that came to the two browsers. */
  readonly renewals: number;
  readonly closedSockets: number;
  readonly refused: number;
}

/** Puts the tables into the index, each between its marks; what there are no figures of stays as it is. */
export function withTables(index: string, proxies: readonly string[], figures: readonly Figures[] | undefined): string {
  const outcomes = replaced(index, "what works", outcomeTable(proxies));
  return figures ? replaced(outcomes, "the last long run", figureTable(figures, outcomes.split("\n"))) : outcomes;
}

function replaced(text: string, mark: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${mark}: written by test/applications -->`, `<!-- end of ${mark} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/applications/README.md has no ${begin}`);
  return `${text.slice(0, from)}${begin}\n${lines.join("\n")}\n${text.slice(to)}`;
}

const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

function outcomeTable(proxies: readonly string[]): string[] {
  const reasons: string[] = [];
  const cell = ({ differs }: Row, proxy: string) => {
    const difference = differs?.[proxy];
    if (!difference) return works;
    if (!reasons.includes(difference.reason)) reasons.push(difference.reason);
    return `**${difference.outcome}** (${reasons.indexOf(difference.reason) + 1})`;
  };
  const all: readonly Row[] = Object.values(rows);
  const body = all.map((row) => line([`${row.application}: ${row.name}`, ...proxies.map((proxy) => cell(row, proxy))]));
  return [
    ...[line(["", ...proxies]), `|${"---|".repeat(proxies.length + 1)}`, ...body, ""],
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
  ];
}

function figureTable(figures: readonly Figures[], before: readonly string[]): string[] {
  const head = [
    "",
    "minutes",
    "computed, saved and echoed",
    "rounds of CalDAV",
    "new leases at the browsers",
    "WebSockets closed",
    "requests refused",
  ];
  const rows = new Map<string, string>();
  for (const row of before) {
    const proxy = /^\| ([^|]+) \|(?: \d+ \|){6}$/.exec(row)?.[1];
    if (proxy) rows.set(proxy, row);
  }
  for (const { proxy, minutes, computed, calendarRounds, renewals, closedSockets, refused } of figures)
    rows.set(proxy, line([proxy, minutes, computed, calendarRounds, renewals, closedSockets, refused]));
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.values()];
}

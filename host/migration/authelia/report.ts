// What became of each key of Authelia's configuration, of its users file and its database, and how an operator reads it.

const titles = {
  "to do": "To do",
  missing: "Missing, and what that means",
  renamed: "Renamed",
  taken: "Taken as it was",
  "not needed": "Not needed",
} as const;

export type Outcome = keyof typeof titles;

/** What became of one key. */
export interface ReportLine {
  readonly outcome: Outcome;
  /** Of Authelia's; of Zerohop's where it is to be done. */
  readonly key: string;
  /** The new name, or what it means. */
  readonly words: string;
}

/** `mistakes`: what the new configuration has of them, a line each. */
export function reportText(lines: readonly ReportLine[], mistakes: string): string {
  const parts = Object.entries(titles).flatMap(([outcome, title]) => {
    const arrow = outcome === "renamed" ? " is now " : ": ";
    const own = lines
      .filter((line) => line.outcome === outcome)
      .map(({ key, words }) => `  ${key}${words === "" ? "" : arrow + words}`);
    // Several cookie domains have the same to say.
    return own.length === 0 ? [] : [title, ...new Set(own), ""];
  });
  return [...parts, ...(mistakes === "" ? [] : ["Mistakes", mistakes, ""])].join("\n");
}

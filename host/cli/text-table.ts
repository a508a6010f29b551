// Lists for a terminal.

/** What each column has of an element, under its heading. */
type Columns<T> = Readonly<Record<string, (element: T) => string>>;

/** Prints elements as aligned columns, or as JSON, one object in each line. */
export function printList<T>(json: boolean, elements: readonly T[], columns: Columns<T>): void {
  if (json) for (const element of elements) console.log(JSON.stringify(element));
  else printTable([Object.keys(columns), ...elements.map((one) => Object.values(columns).map((cell) => cell(one)))]);
}

/** Prints rows in aligned columns; the first is their heading. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  for (const cells of rows)
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
}

/** A time in seconds as in `2026-11-23T12:00:00Z`. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

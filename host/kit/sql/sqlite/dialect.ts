// The store's statements in SQLite's words.

const words: readonly (readonly [RegExp, string])[] = [
  [/\$(\d+)/g, "?$1"],
  [/\bgreatest\(/g, "max("],
  [/\bleast\(/g, "min("],
  [/\bjson_agg\(/g, "json_group_array("],
  // Texts are compared by their bytes.
  [/ COLLATE "C"/g, ""],
  // Whoever writes has the database to themselves.
  [/\bFOR UPDATE( SKIP LOCKED)?/g, ""],
  // Grows with every row that is added.
  [/\bordinal\b/g, "rowid"],
];

export function inSqlite(sql: string): string {
  return words.reduce((text, [postgres, sqlite]) => text.replace(postgres, sqlite), sql);
}

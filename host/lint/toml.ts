// A TOML file read whole, with the line and column of everything in it.
import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import { InvalidFileError, type Path, type Position } from "../kit/yaml/problem.ts";
import type { TreeDocument } from "./entry.ts";
import { PlacedTree } from "./placed-tree.ts";

/** Parses TOML 1.0. Throws InvalidFileError when it is none. */
export function parseToml(file: string, text: string): TreeDocument {
  try {
    // The mark that editors of Windows write first is no part of what the file says.
    return treeOf(file, parseTOML(text.replace(/^\uFEFF/, ""), { tomlVersion: "1.0" }));
  } catch (error) {
    if (!(error instanceof ParseError) && !(error instanceof RangeError)) throw error;
    const place = error instanceof ParseError ? { line: error.lineNumber, column: error.column + 1 } : undefined;
    const message = error instanceof ParseError ? error.message : "nested too deeply";
    throw new InvalidFileError([{ file, ...(place ?? { line: 1, column: 1 }), path: "(toml)", message }]);
  }
}

function treeOf(file: string, program: AST.TOMLProgram): TreeDocument {
  const tree = new PlacedTree(file);
  for (const part of program.body[0].body) {
    if (part.type === "TOMLKeyValue") put(tree, [], part);
    else {
      tree.set(part.resolvedKey, undefined, startOf(part.key));
      for (const pair of part.body) put(tree, part.resolvedKey, pair);
    }
  }
  return tree;
}

function put(tree: PlacedTree, table: Path, { key, value }: AST.TOMLKeyValue): void {
  const path = [...table, ...getStaticTOMLValue(key)];
  putValue(tree, path, value, startOf(key));
}

function putValue(tree: PlacedTree, path: Path, value: AST.TOMLContentNode, place: Position): void {
  if (value.type === "TOMLArray") {
    tree.set(path, [], place);
    for (const [index, element] of value.elements.entries())
      putValue(tree, [...path, index], element, startOf(element));
  } else if (value.type === "TOMLInlineTable") {
    tree.set(path, undefined, place);
    for (const pair of value.body) put(tree, path, pair);
  } else tree.set(path, value.value, place);
}

function startOf({ loc }: AST.TOMLNode): Position {
  return { line: loc.start.line, column: loc.start.column + 1 };
}

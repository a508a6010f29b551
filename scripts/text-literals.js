// An AssemblyScript compiler transform: turns the literal in `text("…")` (assembly/memory/text.ts) into static bytes, laid
// out as Text is: the length in four bytes, then UTF-8. AssemblyScript itself would keep it as a UTF-16 string object, more
// than twice the size and of no use to code that only knows bytes.
import { LiteralKind, Node, NodeKind } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

export default class TextLiterals extends Transform {
  /** Called by asc once all sources are parsed. */
  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.internalPath.startsWith("~lib/")) visit(source, new Set());
    }
  }
}

/** Walks the syntax tree below a node, whatever its shape, and replaces the arguments of `text` on the way. */
function visit(node, seen) {
  if (node === null || typeof node !== "object" || seen.has(node)) return;
  seen.add(node);
  if (Array.isArray(node)) {
    for (const element of node) visit(element, seen);
    return;
  }
  if (!(node instanceof Node)) return;
  if (isTextCall(node)) {
    const literal = literalOf(node.args[0]);
    if (literal !== undefined) node.args[0] = staticBytes(literal, node.range);
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    if (name !== "parent" && name !== "range") visit(value, seen);
  }
}

function isTextCall(node) {
  return (
    node.kind === NodeKind.Call &&
    node.expression.kind === NodeKind.Identifier &&
    node.expression.text === "text" &&
    node.args.length === 1
  );
}

/** The value of a string literal, or of literals joined with `+`. */
function literalOf(node) {
  if (node.kind === NodeKind.Literal && node.literalKind === LiteralKind.String) return node.value;
  if (node.kind === NodeKind.Literal && node.literalKind === LiteralKind.Template) {
    return node.expressions.length === 0 ? node.parts[0] : undefined;
  }
  if (node.kind !== NodeKind.Binary) return undefined;
  const left = literalOf(node.left);
  const right = literalOf(node.right);
  return left === undefined || right === undefined ? undefined : left + right;
}

/** `memory.data<u8>([length, 0, 0, 0, …bytes], 4)` */
function staticBytes(literal, range) {
  const bytes = Buffer.from(literal, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const integer = (value) => Node.createIntegerLiteralExpression(i64(value), range);
  const identifier = (name) => Node.createIdentifierExpression(name, range);
  const data = Node.createPropertyAccessExpression(identifier("memory"), identifier("data"), range);
  const u8 = Node.createNamedType(Node.createSimpleTypeName("u8", range), null, false, range);
  const elements = [...length, ...bytes].map(integer);
  return Node.createCallExpression(data, [u8], [Node.createArrayLiteralExpression(elements, range), integer(4)], range);
}

/** The compiler's own 64-bit integers: a global function of its JavaScript build makes them. */
function i64(value) {
  return globalThis.i64_new(value, 0);
}

// An AssemblyScript compiler transform that lays static data out for a small module.
//
// The literals in `text("…")` (assembly/memory/text.ts) become bytes in one table, each once, as Text is: the length in two
// bytes, then UTF-8. AssemblyScript itself would keep them as UTF-16 string objects, more than twice the size and of no use
// to code that only knows bytes.
//
// A global that is marked @lazy is laid down only once code uses it, behind all that is not. Large blocks are, so that the
// addresses of everything else are short. The transform marks what is made of their addresses as well: it would call for
// them at once.
import { DecoratorKind, LiteralKind, Node, NodeKind, Token } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const TABLE_FILE = "assembly/memory/text";
const TABLE_NAME = "LITERALS";

export default class StaticData extends Transform {
  /** Called by asc once all sources are parsed. */
  afterParse(parser) {
    const sources = parser.sources.filter((source) => !source.internalPath.startsWith("~lib/"));
    const table = new LiteralTable();
    for (const source of sources) visit(source, (node) => table.take(node));
    const home = sources.find((source) => source.internalPath === TABLE_FILE);
    if (home) table.layDown(home);
    spreadLaziness(sources);
  }
}

class LiteralTable {
  #offsets = new Map();
  #bytes = [];

  /** Makes a call of `text` a constant: `changetype<Text>(LITERALS + offset)`. */
  take(node) {
    if (!isCallOf(node, "text")) return;
    const literal = literalOf(node.args[0]);
    if (literal === undefined) return;
    const { range } = node;
    const offset = integer(this.#offsetOf(literal), range);
    node.expression = identifier("changetype", range);
    node.typeArguments = [Node.createNamedType(Node.createSimpleTypeName("Text", range), null, false, range)];
    node.args[0] = Node.createBinaryExpression(Token.Plus, identifier(TABLE_NAME, range), offset, range);
  }

  #offsetOf(literal) {
    const known = this.#offsets.get(literal);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    const bytes = Buffer.from(literal, "utf8");
    this.#bytes.push(bytes.length & 255, bytes.length >> 8, ...bytes);
    this.#offsets.set(literal, offset);
    return offset;
  }

  /** Fills the array in `const LITERALS: usize = memory.data<u8>([0])`. */
  layDown(home) {
    visit(home, (node) => {
      if (node.kind !== NodeKind.VariableDeclaration || node.name.text !== TABLE_NAME) return;
      const elements = this.#bytes.map((byte) => integer(byte, node.range));
      node.initializer.args[0] = Node.createArrayLiteralExpression(elements, node.range);
    });
  }
}

/** Marks every top-level variable whose initial value mentions a lazy one as @lazy. */
function spreadLaziness(sources) {
  const lazy = new Set();
  for (let before = -1; before < lazy.size; ) {
    before = lazy.size;
    for (const source of sources) {
      const imported = importsOf(source);
      const keyOf = (name) => imported.get(name) ?? `${name === TABLE_NAME ? TABLE_FILE : source.internalPath}/${name}`;
      for (const variable of variablesOf(source)) {
        if (!isLazy(variable) && mentions(variable.initializer, (name) => lazy.has(keyOf(name)))) markLazy(variable);
        if (isLazy(variable)) lazy.add(keyOf(variable.name.text));
      }
    }
  }
}

/** What the names that a source imports stand for: the path of their source, and their name there. */
function importsOf(source) {
  const imports = source.statements.filter(({ kind }) => kind === NodeKind.Import);
  const named = imports.flatMap(({ declarations, internalPath }) =>
    (declarations ?? []).map(({ name, foreignName }) => [name.text, `${internalPath}/${foreignName.text}`]),
  );
  return new Map(named);
}

function variablesOf(source) {
  return source.statements.filter(({ kind }) => kind === NodeKind.Variable).flatMap(({ declarations }) => declarations);
}

function isLazy(variable) {
  return variable.decorators?.some(({ decoratorKind }) => decoratorKind === DecoratorKind.Lazy) ?? false;
}

function markLazy(variable) {
  const { decorators, range } = variable;
  variable.decorators = [...(decorators ?? []), Node.createDecorator(identifier("lazy", range), null, range)];
}

/** Whether an expression mentions a name that the predicate knows. */
function mentions(expression, isKnown) {
  let found = false;
  visit(expression, (node) => {
    if (node.kind === NodeKind.Identifier && isKnown(node.text)) found = true;
  });
  return found;
}

/** Calls `enter` for each node of the syntax tree below a node, itself included, before what is below it. */
function visit(node, enter, seen = new Set()) {
  if (node === null || typeof node !== "object" || seen.has(node)) return;
  seen.add(node);
  if (Array.isArray(node)) {
    for (const element of node) visit(element, enter, seen);
    return;
  }
  if (!(node instanceof Node)) return;
  enter(node);
  for (const [name, value] of Object.entries(node)) {
    if (name !== "parent" && name !== "range") visit(value, enter, seen);
  }
}

function isCallOf(node, name) {
  return (
    node.kind === NodeKind.Call &&
    node.expression.kind === NodeKind.Identifier &&
    node.expression.text === name &&
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

function identifier(name, range) {
  return Node.createIdentifierExpression(name, range);
}

/** The compiler's own 64-bit integers: a global function of its JavaScript build makes them. */
function integer(value, range) {
  return Node.createIntegerLiteralExpression(globalThis.i64_new(value, 0), range);
}

// An AssemblyScript compiler transform that lays static data out for a small module.
//
// The literals in `text("…")` (assembly/memory/text.ts) become bytes in one table, each once, as Text is: the length in two
// bytes, then UTF-8. AssemblyScript itself would keep them as UTF-16 string objects, more than twice the size and of no use
// to code that only knows bytes. The table is packed by byte-pair encoding (Gage, 1994): as long as there are bytes that no text
// has, one more of them stands for the two that most often follow one another. The module unpacks it when it starts.
//
// A global that is marked @lazy is laid down only once code uses it, behind all that is not. Large blocks are, so that the
// addresses of everything else are short. The transform marks what is made of their addresses as well: it would call for
// them at once.
import { DecoratorKind, LiteralKind, Node, NodeKind, SourceKind, Token } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const TABLE_FILE = "assembly/memory/text";
const TABLE_NAME = "LITERALS";

/** Ends a packed text: no byte of UTF-8. */
const END = 0xff;

export default class StaticData extends Transform {
  /** Called by asc once all sources are parsed. */
  afterParse(parser) {
    const sources = parser.sources.filter((source) => !source.internalPath.startsWith("~lib/"));
    const table = new LiteralTable();
    for (const source of sources) visit(source, (node) => table.take(node));
    const home = sources.find((source) => source.internalPath === TABLE_FILE);
    if (home) {
      table.layDown(home);
      unpackInTime(sources);
    }
    spreadLaziness(sources);
  }
}

class LiteralTable {
  #offsets = new Map();
  #texts = [];
  #size = 0;

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
    const offset = this.#size;
    const bytes = [...Buffer.from(literal, "utf8")];
    this.#texts.push(bytes);
    this.#size += 2 + bytes.length;
    this.#offsets.set(literal, offset);
    return offset;
  }

  /** Gives the three blocks of assembly/memory/text.ts their size or contents. */
  layDown(home) {
    const { packed, pairs } = pack(this.#texts);
    const contents = {
      [TABLE_NAME]: (range) => integer(this.#size + 1, range),
      PACKED: (range) => array([packed.length & 255, packed.length >> 8, ...packed], range),
      PAIRS: (range) => array(pairs, range),
    };
    for (const { name, initializer } of variablesOf(home)) {
      if (name.text in contents) initializer.args[0] = contents[name.text](initializer.range);
    }
  }
}

/** Packs texts, each an array of bytes. `pairs` has for each byte the two that it stands for, the second one in the high bits, or 0. */
function pack(texts) {
  const taken = new Set(texts.flat());
  const pairs = new Array(256).fill(0);
  let packed = texts.map((bytes) => [...bytes, END]);
  for (let byte = 0; byte < END; byte++) {
    if (taken.has(byte)) continue;
    const pair = mostFrequentPair(packed);
    if (pair === 0) break;
    pairs[byte] = pair;
    packed = packed.map((bytes) => replacePair(bytes, pair, byte));
  }
  return { packed: packed.flat(), pairs };
}

/** The two bytes that most often follow one another. 0 when there are none but two zeros, which `pairs` could not have. */
function mostFrequentPair(texts) {
  const counts = new Uint32Array(65536);
  for (const bytes of texts) {
    for (let i = 1; i < bytes.length; i++) counts[pairAt(bytes, i)]++;
  }
  counts[0] = 0;
  return counts.reduce((best, count, pair) => (count > counts[best] ? pair : best), 0);
}

function replacePair(bytes, pair, byte) {
  const replaced = [];
  for (let i = 0; i < bytes.length; i++) {
    const found = i + 1 < bytes.length && pairAt(bytes, i + 1) === pair;
    replaced.push(found ? byte : bytes[i]);
    if (found) i++;
  }
  return replaced;
}

/** A byte and the one before it. */
function pairAt(bytes, i) {
  return bytes[i - 1] | (bytes[i] << 8);
}

/**
 * Has the table unpacked before it is read: ahead of the first statement that runs when the module starts and mentions a literal, in
 * each file that has one, or else after the imports of the entry file. Unpacking uses the table, so that any sooner it would be laid
 * down ahead of what is small.
 */
function unpackInTime(sources) {
  const readers = sources.filter(({ statements }) => insertUnpacking(statements, readsLiterals));
  if (readers.length > 0) return;
  for (const { statements, sourceKind, range } of sources) {
    if (sourceKind !== SourceKind.UserEntry) continue;
    if (!insertUnpacking(statements, ({ kind }) => !IMPORTING.has(kind))) statements.push(unpacking(range));
  }
}

const IMPORTING = new Set([NodeKind.Import, NodeKind.Export, NodeKind.ExportImport]);
const DECLARING = new Set([NodeKind.FunctionDeclaration, NodeKind.ClassDeclaration, NodeKind.NamespaceDeclaration]);

/** Inserts a call of `unpackLiterals` ahead of the first statement that fits. Whether there is one. */
function insertUnpacking(statements, fits) {
  const index = statements.findIndex(fits);
  if (index < 0) return false;
  statements.splice(index, 0, unpacking(statements[index].range));
  return true;
}

function unpacking(range) {
  return Node.createExpressionStatement(
    Node.createCallExpression(identifier("unpackLiterals", range), null, [], range),
  );
}

/** Whether a top-level statement mentions a literal and runs at once. The address of a literal alone is a constant. */
function readsLiterals(statement) {
  if (DECLARING.has(statement.kind)) return false;
  if (statement.kind !== NodeKind.Variable) return mentionsTable(statement);
  return statement.declarations.some(
    ({ initializer }) => mentionsTable(initializer) && !isCallOf(initializer, "changetype"),
  );
}

function mentionsTable(node) {
  return mentions(node, (name) => name === TABLE_NAME);
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

function array(values, range) {
  return Node.createArrayLiteralExpression(
    values.map((value) => integer(value, range)),
    range,
  );
}

/** The compiler's own 64-bit integers: a global function of its JavaScript build makes them. */
function integer(value, range) {
  return Node.createIntegerLiteralExpression(globalThis.i64_new(value, 0), range);
}

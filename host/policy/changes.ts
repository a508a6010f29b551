// Changes of single requests, put together into as few lines as say the same.
import type { AuthorizationRequest } from "../core/policy.ts";
import { withoutCombinations } from "./people.ts";
import { compareDirections, type Direction, directionOf, type Requirement, requirementText } from "./requirement.ts";

/** One request that both policies were asked about. */
export interface Cell {
  readonly host: string;
  /** Empty when no rule tells methods apart; so is `network`. */
  readonly method: string;
  readonly person: string;
  readonly network: string;
  /** Path and query. */
  readonly target: string;
  readonly request: AuthorizationRequest;
  /** Absent when both policies ask the same. */
  readonly change?: { readonly before: Requirement; readonly after: Requirement };
}

export interface Change {
  readonly direction: Direction;
  readonly before: string;
  readonly after: string;
  readonly hosts: readonly string[];
  /** Empty when it is so for all; so are the lists below. */
  readonly methods: readonly string[];
  readonly people: readonly string[];
  readonly networks: readonly string[];
  /** Examples of path and query. */
  readonly targets: readonly string[];
  /** The rule that decides before and after, for `example`. */
  readonly rules: readonly [before: number, after: number];
  readonly example: AuthorizationRequest;
}

const axes = ["method", "target", "network", "person", "host"] as const;
type Axis = (typeof axes)[number];

/** A block of cells: all combinations of some values on each axis. */
interface Block {
  readonly values: Readonly<Record<Axis, readonly string[]>>;
  readonly cell: Required<Cell>;
}

const everyUser = "every user";

/** The changes among the cells, each cell in exactly one of them; those that allow more first. */
export function groupChanges(cells: readonly Cell[]): Change[] {
  const extent = new Extent(cells);
  let blocks = cells.filter(isChanged).map((cell): Block => ({ values: valuesOf(cell), cell }));
  for (const axis of axes) {
    blocks = merge(blocks, axis);
    if (axis !== "host") blocks = blocks.map((block) => extent.shorten(block, axis));
  }
  return blocks.map(changeOf).toSorted(compareDirections);
}

function isChanged(cell: Cell): cell is Required<Cell> {
  return cell.change !== undefined;
}

function valuesOf(cell: Cell): Record<Axis, string[]> {
  const { method, target, network, person, host } = cell;
  return { method: [method], target: [target], network: [network], person: [person], host: [host] };
}

/** Puts blocks together that differ on one axis only. */
function merge(blocks: readonly Block[], axis: Axis): Block[] {
  const groups = Map.groupBy(blocks, (block) => {
    const others = axes.filter((other) => other !== axis).map((other) => block.values[other]);
    const { before, after } = block.cell.change;
    return JSON.stringify([others, requirementText(before), requirementText(after)]);
  });
  return [...groups.values()].map((group) => {
    const values = [...new Set(group.flatMap((block) => block.values[axis]))];
    return { values: { ...group[0]!.values, [axis]: values }, cell: group[0]!.cell };
  });
}

/** The values that were tried on each axis of each host name. A block that spans all of an axis need not list them. */
class Extent {
  readonly #values = new Map<string, Set<string>>();

  constructor(cells: readonly Cell[]) {
    for (const cell of cells)
      for (const axis of axes) {
        const key = `${axis} ${cell.host}`;
        const values = this.#values.get(key) ?? new Set();
        this.#values.set(key, values.add(cell[axis]));
      }
  }

  shorten(block: Block, axis: Axis): Block {
    const all = this.#values.get(`${axis} ${block.cell.host}`)!;
    const values = block.values[axis];
    if (axis === "person") return { ...block, values: { ...block.values, person: shortenPeople(values, all) } };
    return values.length === all.size ? { ...block, values: { ...block.values, [axis]: [] } } : block;
  }
}

/** Everybody but the anonymous is "every user"; people who only combine others that are listed are left out. */
function shortenPeople(people: readonly string[], all: ReadonlySet<string>): string[] {
  const users = [...all].filter((person) => person !== "anonymous");
  const anonymous = people.filter((person) => person === "anonymous");
  if (users.every((person) => people.includes(person))) return [...anonymous, everyUser];
  return withoutCombinations(people);
}

function changeOf({ values, cell: { change, request } }: Block): Change {
  return {
    direction: directionOf(change.before, change.after),
    before: requirementText(change.before),
    after: requirementText(change.after),
    hosts: values.host.filter((host) => !values.host.includes(host.replace("*.*.", "*.")) || !host.startsWith("*.*.")),
    methods: values.method,
    people: values.person,
    networks: values.network,
    targets: values.target,
    rules: [change.before.rule, change.after.rule],
    example: request,
  };
}

// The order within columns: few crossings in a new picture; in a grown one, what was there stays as it was.
import { mean, type Slot } from "./slots";

const SWEEPS = 8;

/** Orders the columns of a new picture: sweeps by barycentres, of which the best is kept. */
export function sweep(columns: Slot[][]): void {
  for (const column of columns) place(column, (slot) => slot.part);
  let best = columns.map((column) => [...column]);
  let least = crossings(columns);
  for (let round = 0; round < SWEEPS && least > 0; round++) {
    const side = round % 2 ? "far" : "near";
    for (const column of round % 2 ? columns.toReversed() : columns) {
      const wish = new Map(column.map((slot) => [slot, barycentre(slot, side, columns)]));
      place(column, (slot) => slot.part + (wish.get(slot) ?? 0));
    }
    const found = crossings(columns);
    if (found < least) {
      least = found;
      best = columns.map((column) => [...column]);
    }
  }
  columns.forEach((column, k) => {
    column.splice(0, column.length, ...(best[k] ?? []));
    number(column);
  });
}

/** Orders a column by a wish; what wishes the same keeps its order. */
function place(column: Slot[], wish: (slot: Slot) => number): void {
  const wishes = new Map(column.map((slot) => [slot, wish(slot)]));
  column.sort((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0));
  number(column);
}

function number(column: readonly Slot[]): void {
  column.forEach((slot, index) => {
    slot.index = index;
  });
}

/** The mean place of the neighbours, as a share of their column: at least 0 and less than 1. */
function barycentre(slot: Slot, side: "near" | "far", columns: readonly Slot[][]): number {
  const beside = slot[side].length ? slot[side] : [slot];
  return mean(beside.map((each) => (each.index + 0.5) / (columns[each.column]?.length ?? 1)));
}

/** The number of crossings between neighbouring columns. */
export function crossings(columns: readonly (readonly Slot[])[]): number {
  let sum = 0;
  for (const column of columns) {
    const width = Math.max(0, ...column.flatMap((slot) => slot.far.map((far) => far.index))) + 1;
    const below = new Array<number>(width + 1).fill(0); // a Fenwick tree of the ends so far
    let ends = 0;
    for (const slot of column) {
      const next = slot.far.map((far) => far.index).sort((a, b) => a - b);
      for (const index of next) {
        let up = 0;
        for (let i = index + 1; i > 0; i -= i & -i) up += below[i] ?? 0;
        sum += ends - up;
      }
      for (const index of next)
        for (let i = index + 1; i <= width; i += i & -i) below[i] = (below[i] ?? 0) + 1;
      ends += next.length;
    }
  }
  return sum;
}

/**
 * Orders the columns of a picture that grew. What was there keeps its order by its old rows. What is new
 * follows the one that stood before it among those with the same neighbour, else it stands by that neighbour.
 */
export function grow(columns: Slot[][], rows: ReadonlyMap<string, number>): void {
  for (const column of columns) {
    const old = column.filter((slot) => rows.has(slot.key));
    old.sort((a, b) => (rows.get(a.key) ?? 0) - (rows.get(b.key) ?? 0));
    const fresh = column.filter((slot) => !rows.has(slot.key));
    const siblings = siblingsIn(column);
    const after = new Map<Slot | null, Slot[]>([[null, []]]);
    const ahead = new Map<Slot, Slot[]>();
    for (const slot of fresh) {
      const { before, behind } = neighbours(slot, siblings, rows);
      if (before) push(after, before, slot);
      else if (behind) push(ahead, behind, slot);
      else push(after, beside(slot, old, rows), slot);
    }
    const all: Slot[] = [];
    const take = (slot: Slot) => {
      for (const each of ahead.get(slot) ?? []) take(each);
      all.push(slot);
      for (const each of after.get(slot) ?? []) take(each);
    };
    for (const slot of after.get(null) ?? []) take(slot);
    for (const slot of old) take(slot);
    column.splice(0, column.length, ...all);
    number(column);
  }
}

function push<Key>(lists: Map<Key, Slot[]>, key: Key, slot: Slot): void {
  const list = lists.get(key);
  if (list) list.push(slot);
  else lists.set(key, [slot]);
}

/** The slots of a column by their first neighbour towards the root, in the order of the scene. */
function siblingsIn(column: readonly Slot[]): Map<Slot | undefined, Slot[]> {
  const found = new Map<Slot | undefined, Slot[]>();
  for (const slot of column) push(found, slot.near[0], slot);
  return found;
}

/** The last old sibling before a new slot, and else the first old one behind it. */
function neighbours(
  slot: Slot,
  siblings: ReadonlyMap<Slot | undefined, Slot[]>,
  rows: ReadonlyMap<string, number>,
) {
  if (!slot.near.length) return {};
  const list = siblings.get(slot.near[0]) ?? [];
  const at = list.indexOf(slot);
  const before = list.slice(0, at).findLast((each) => rows.has(each.key));
  return before ? { before } : { behind: list.slice(at).find((each) => rows.has(each.key)) };
}

/** The old slot of the column behind which a new one stands: the last that stood above its neighbours. */
function beside(slot: Slot, old: readonly Slot[], rows: ReadonlyMap<string, number>): Slot | null {
  const joined = [...slot.near, ...slot.far].flatMap(({ key }) => rows.get(key) ?? []);
  if (!joined.length) return old.at(-1) ?? null;
  const wish = mean(joined);
  return old.findLast((each) => (rows.get(each.key) ?? 0) <= wish) ?? null;
}

// Columns: each spot stands as far from the root as the longest way leads, and turned lines count backwards.
import type { Line, Scene } from "../scene";

/** A line in the direction of the columns: `near` stands closer to the root than `far`. */
export interface Arc {
  line: Line;
  near: string;
  far: string;
  /** True on a line that leads back: it would close a cycle. */
  turned: boolean;
}

export interface Layers {
  /** The column of each spot, counted from the root. */
  columns: Map<string, number>;
  arcs: Arc[];
  /** The lines that lead from a spot to itself. */
  loops: Line[];
  /** The number of the part of each spot: what hangs together has one number, the root's is 0. */
  parts: Map<string, number>;
}

/**
 * The columns of a scene. They depend on what leads where, and not on the order of spots or lines.
 * In an inverse scene the root holds nothing; columns are counted from it along the holders.
 */
export function layers(scene: Scene): Layers {
  const ids = startingAt(scene);
  const known = new Set(ids);
  const arcs: Arc[] = [];
  const loops: Line[] = [];
  for (const line of scene.lines) {
    if (!known.has(line.from) || !known.has(line.to))
      throw new Error(`The line ${line.id} has an end that is no spot of its scene.`);
    const [near, far] = scene.inverse ? [line.to, line.from] : [line.from, line.to];
    if (near === far) loops.push(line);
    else arcs.push({ line, near, far, turned: false });
  }
  const order = turnBack(ids, arcs);
  return { columns: longestWays(scene.root, order, arcs), arcs, loops, parts: parts(ids, arcs) };
}

/** The ids of all spots: the root, then those that nothing leads to, then the rest. */
function startingAt({ root, inverse, spots, lines }: Scene): string[] {
  const led = new Set(
    lines.filter((each) => each.from !== each.to).map((each) => (inverse ? each.from : each.to)),
  );
  const rank = (id: string) => (id === root ? 0 : led.has(id) ? 2 : 1);
  return spots.map(({ id }) => id).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

export function grouped<Item>(items: readonly Item[], key: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Turns the arcs that would close a cycle; returns the ids so that each arc leads forward. */
function turnBack(ids: readonly string[], arcs: readonly Arc[]): string[] {
  const sorted = [...arcs].sort((a, b) => (a.far < b.far ? -1 : a.far > b.far ? 1 : 0));
  const leaving = grouped(sorted, (arc) => arc.near);
  const open = new Set<string>();
  const done: string[] = [];
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) continue;
    const stack = [{ id, arcs: (leaving.get(id) ?? []).values() }];
    seen.add(id);
    open.add(id);
    while (stack.length) {
      const top = stack[stack.length - 1] as (typeof stack)[number];
      const { value: arc } = top.arcs.next();
      if (!arc) {
        open.delete(top.id);
        done.push(top.id);
        stack.pop();
      } else if (open.has(arc.far)) {
        [arc.near, arc.far, arc.turned] = [arc.far, arc.near, true];
      } else if (!seen.has(arc.far)) {
        seen.add(arc.far);
        open.add(arc.far);
        stack.push({ id: arc.far, arcs: (leaving.get(arc.far) ?? []).values() });
      }
    }
  }
  return done.reverse();
}

function longestWays(root: string, order: readonly string[], arcs: readonly Arc[]) {
  const leaving = grouped(arcs, (arc) => arc.near);
  const columns = new Map(order.map((id) => [id, 0]));
  const at = (id: string) => columns.get(id) ?? 0;
  const reached = new Set([root]);
  for (const id of order)
    for (const { far } of leaving.get(id) ?? []) {
      columns.set(far, Math.max(at(far), at(id) + 1));
      if (reached.has(id)) reached.add(far);
    }
  // What the root does not lead to stands right before what it leads to.
  for (const id of [...order].reverse()) {
    const next = leaving.get(id);
    if (next && !reached.has(id))
      columns.set(id, next.reduce((least, { far }) => Math.min(least, at(far)), Infinity) - 1);
  }
  return columns;
}

function parts(ids: readonly string[], arcs: readonly Arc[]): Map<string, number> {
  const beside = grouped(
    arcs.flatMap(({ near, far }) => [
      { from: near, to: far },
      { from: far, to: near },
    ]),
    (each) => each.from,
  );
  const found = new Map<string, number>();
  let part = 0;
  for (const start of ids) {
    if (found.has(start)) continue;
    const stack = [start];
    found.set(start, part);
    for (let id = stack.pop(); id !== undefined; id = stack.pop())
      for (const { to } of beside.get(id) ?? [])
        if (!found.has(to)) {
          found.set(to, part);
          stack.push(to);
        }
    part++;
  }
  return found;
}

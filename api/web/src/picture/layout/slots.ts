// Slots: what takes room in a column, a card or a line that passes through on its way to a later one.
import type { Scene } from "../scene";
import { type Arc, grouped, type Layers } from "./layers";
import { HIGH, LOOP, PASS, PORT } from "./measures";

export interface Slot {
  /** The id of the spot; of a passing line, its id and how far it has still to go. */
  key: string;
  column: number;
  part: number;
  /** The room above and below the middle. */
  up: number;
  down: number;
  /** How strongly its own wish counts: long lines should be straight. */
  weight: number;
  /** The place in the column, and the middle on the screen. */
  index: number;
  y: number;
  /** What it is joined with in the column before, and in the one after. */
  near: Slot[];
  far: Slot[];
}

export interface Slots {
  columns: Slot[][];
  cards: Map<string, Slot>;
  /** The slots that each line passes through, by its id. */
  passes: Map<string, Slot[]>;
}

const PASSING = 4;

export function slots(scene: Scene, { columns: placed, arcs, loops, parts }: Layers): Slots {
  const columns: Slot[][] = [];
  const add = (key: string, column: number, part: number, up: number, down: number) => {
    const weight = up < HIGH / 2 ? PASSING : 1;
    const slot = { key, column, part, up, down, weight, index: 0, y: 0, near: [], far: [] };
    while (columns.length <= column) columns.push([]);
    columns[column]?.push(slot);
    return slot as Slot;
  };
  const arriving = grouped(arcs, (arc) => arc.far);
  const looping = grouped(loops, (line) => line.from);
  const cards = new Map<string, Slot>();
  for (const { id } of scene.spots) {
    const room = Math.max(HIGH, (arriving.get(id)?.length ?? 0) * PORT) / 2;
    const above = HIGH / 2 + (looping.get(id)?.length ?? 0) * LOOP;
    const slot = add(id, placed.get(id) ?? 0, parts.get(id) ?? 0, Math.max(room, above), room);
    cards.set(id, slot);
  }
  const passes = new Map<string, Slot[]>();
  for (const arc of arcs) {
    const near = slotOf(cards, arc.near);
    const far = slotOf(cards, arc.far);
    const chain: Slot[] = [];
    for (let column = near.column + 1; column < far.column; column++)
      chain.push(add(passKey(arc, far.column - column), column, near.part, PASS / 2, PASS / 2));
    passes.set(arc.line.id, chain);
    const all = [near, ...chain, far];
    for (let i = 1; i < all.length; i++) join(all[i - 1] as Slot, all[i] as Slot);
  }
  return { columns, cards, passes };
}

export function slotOf(cards: ReadonlyMap<string, Slot>, id: string): Slot {
  const slot = cards.get(id);
  if (!slot) throw new Error(`There is no spot ${id} in the scene.`);
  return slot;
}

const passKey = (arc: Arc, left: number) => `${arc.line.id}\n${left}`;

function join(near: Slot, far: Slot): void {
  near.far.push(far);
  far.near.push(near);
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

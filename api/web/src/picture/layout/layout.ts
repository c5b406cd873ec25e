// The layout: where each card of a scene stands, and on which track each line runs. Knows nothing of drawing.
import type { Line, Scene } from "../scene";
import { type Arc, grouped, type Layers, layers } from "./layers";
import { HIGH, PAD, PORT, TIP, WIDE } from "./measures";
import { grow, sweep } from "./order";
import { settleAll } from "./rows";
import { type Slot, type Slots, slotOf, slots } from "./slots";
import type { Track } from "./tracks";

/** The left edge and the middle of a card, with its column and its row from the left and the top. */
export interface Place {
  x: number;
  y: number;
  column: number;
  row: number;
}

export interface Layout {
  places: Map<string, Place>;
  tracks: Map<string, Track>;
  /** What the picture covers. */
  box: { x: number; y: number; width: number; height: number };
  /** The rows of cards and of passing lines, by which a grown picture keeps its order. */
  rows: ReadonlyMap<string, number>;
}

/** The picture that is there: what stands in it keeps its order, and the anchor its place. */
export interface Before {
  layout: Layout;
  anchor: string;
}

/** Lays out a scene. `labelWidth` tells the width of a line's label, 0 for none. */
export function layout(scene: Scene, labelWidth: (line: Line) => number, before?: Before): Layout {
  const layered = layers(scene);
  const made = slots(scene, layered);
  if (before) grow(made.columns, before.layout.rows);
  else sweep(made.columns);
  settleAll(made.columns);
  const room = new Rooms(layered, made, labelWidth);
  const sign = scene.inverse ? -1 : 1;
  const last = made.columns.length - 1;
  const places = new Map<string, Place>();
  for (const [id, slot] of made.cards) {
    const left = room.left(slot.column);
    const column = scene.inverse ? last - slot.column : slot.column;
    places.set(id, { x: sign > 0 ? left : -left - WIDE, y: slot.y, column, row: 0 });
  }
  const tracks = tracksOf(layered, made, room, sign, labelWidth);
  const rows = new Map(made.columns.flat().map((slot) => [slot.key, slot.y]));
  number(made);
  for (const [id, place] of places) place.row = slotOf(made.cards, id).index;
  const found = { places, tracks, rows, box: boxOf(made, places) };
  return before ? held(found, before) : found;
}

/** Counts the cards of each column, without the lines that pass. */
function number({ columns, cards }: Slots): void {
  const shown = new Set(cards.values());
  for (const column of columns) {
    let row = 0;
    for (const slot of column) if (shown.has(slot)) slot.index = row++;
  }
}

/** The room before each column: for the labels at its cards, and for the curves to them. */
class Rooms {
  readonly #leads: number[];
  readonly #lefts: number[] = [];
  readonly #arriving: Map<string, Arc[]>;

  constructor({ arcs }: Layers, { columns, cards }: Slots, labelWidth: (line: Line) => number) {
    this.#arriving = grouped(arcs, (arc) => arc.far);
    this.#leads = columns.map(() => PAD + TIP);
    for (const arc of arcs) {
      const { column } = slotOf(cards, arc.far);
      const need = labelWidth(arc.line) + this.fan(arc.far) + 2 * PAD + TIP;
      this.#leads[column] = Math.max(this.lead(column), need);
    }
    let left = 0;
    columns.forEach((column, k) => {
      if (k) left += WIDE + Math.min(WIDEST_CURVE, 44 + 6 * column.length) + this.lead(k);
      this.#lefts.push(left);
    });
  }

  left(column: number): number {
    return this.#lefts[column] ?? 0;
  }

  /** The length of the straight piece before a card, on which the label lies. */
  lead(column: number): number {
    return this.#leads[column] ?? 0;
  }

  /** The length in which the lines of a card come together. */
  fan(id: string): number {
    const lines = this.#arriving.get(id)?.length ?? 0;
    return lines > 1 ? 14 + Math.min(70, lines * 4) : 0;
  }
}

/** The most room of the curves between two columns: those of a hub come down steeply. */
const WIDEST_CURVE = 240;

/** The most that lines spread over the side of a card. */
const SIDE = HIGH - 18;

function tracksOf(
  { arcs, loops }: Layers,
  { cards, passes }: Slots,
  room: Rooms,
  sign: 1 | -1,
  labelWidth: (line: Line) => number,
): Map<string, Track> {
  const found = new Map<string, Track>();
  for (const arc of arcs) {
    const far = slotOf(cards, arc.far);
    const bends = (passes.get(arc.line.id) ?? []).map((slot) => ({
      x: sign * room.left(slot.column),
      y: slot.y,
      lead: room.lead(slot.column),
    }));
    found.set(arc.line.id, {
      near: arc.near,
      far: arc.far,
      sign,
      head: arc.turned === sign > 0 ? "near" : "far",
      turned: arc.turned,
      leave: 0,
      port: 0,
      enter: 0,
      lead: room.lead(far.column),
      fan: room.fan(arc.far),
      label: labelWidth(arc.line),
      bends,
      loop: 0,
    });
  }
  const spread = (lists: Map<string, Arc[]>, beside: (arc: Arc) => Slot, take: Take) => {
    for (const list of lists.values()) {
      const sorted = list.toSorted((a, b) => beside(a).y - beside(b).y);
      sorted.forEach((arc, i) => {
        const track = found.get(arc.line.id);
        if (track) take(track, i - (sorted.length - 1) / 2, sorted.length);
      });
    }
  };
  const step = (most: number, lines: number) => Math.min(most, SIDE / Math.max(1, lines - 1));
  spread(
    grouped(arcs, (arc) => arc.far),
    (arc) => passes.get(arc.line.id)?.at(-1) ?? slotOf(cards, arc.near),
    (track, place, lines) => {
      track.port = place * PORT;
      track.enter = place * step(10, lines);
    },
  );
  spread(
    grouped(arcs, (arc) => arc.near),
    (arc) => passes.get(arc.line.id)?.[0] ?? slotOf(cards, arc.far),
    (track, place, lines) => {
      track.leave = place * step(5, lines);
    },
  );
  for (const list of grouped(loops, (line) => line.from).values())
    list.forEach((line, i) => {
      const label = labelWidth(line);
      found.set(line.id, { ...LOOPING, near: line.from, far: line.from, label, loop: i + 1 });
    });
  return found;
}

type Take = (track: Track, place: number, lines: number) => void;

const LOOPING = {
  sign: 1,
  head: "far",
  turned: false,
  leave: 0,
  port: 0,
  enter: 0,
  lead: 0,
  fan: 0,
  bends: [],
} as const satisfies Partial<Track>;

function boxOf({ columns }: Slots, places: ReadonlyMap<string, Place>): Layout["box"] {
  const xs = [...places.values()].map(({ x }) => x);
  const all = columns.flat();
  const x = Math.min(...xs);
  const y = Math.min(...all.map((slot) => slot.y - slot.up));
  const height = Math.max(...all.map((slot) => slot.y + slot.down)) - y;
  return all.length
    ? { x, y, width: Math.max(...xs) + WIDE - x, height }
    : { x: 0, y: 0, width: 0, height: 0 };
}

/** Moves a layout so that the anchor stands where it stood. */
function held(found: Layout, { layout, anchor }: Before): Layout {
  const was = layout.places.get(anchor);
  const is = found.places.get(anchor);
  if (!was || !is) return found;
  const [x, y] = [was.x - is.x, was.y - is.y];
  for (const place of found.places.values()) {
    place.x += x;
    place.y += y;
  }
  for (const { bends } of found.tracks.values())
    for (const bend of bends) {
      bend.x += x;
      bend.y += y;
    }
  const { box } = found;
  const rows = new Map([...found.rows].map(([key, row]) => [key, row + y]));
  return { ...found, rows, box: { ...box, x: box.x + x, y: box.y + y } };
}

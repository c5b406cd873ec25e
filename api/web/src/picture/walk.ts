// Walking through a picture by keys: along lines to the left and right, up and down within a column.
import type { Layout } from "./layout/layout";
import type { Line, Scene } from "./scene";

export type Direction = "left" | "right" | "up" | "down" | "home" | "end";

/** The id of the card or the line that a step leads to; null where nothing is that way. */
export function step(
  scene: Scene,
  layout: Layout,
  id: string,
  direction: Direction,
): string | null {
  if (direction === "home") return scene.root;
  const line = scene.lines.find((each) => each.id === id);
  if (line) return fromLine(scene, layout, line, direction);
  if (!layout.places.has(id)) return null;
  if (direction === "up" || direction === "down" || direction === "end")
    return inColumn(layout, id, direction);
  return alongLine(scene, layout, id, direction);
}

const columnOf = (layout: Layout, id: string) => layout.places.get(id)?.column ?? 0;
const rowOf = (layout: Layout, id: string) => layout.places.get(id)?.row ?? 0;
const heightOf = (layout: Layout, id: string) => layout.places.get(id)?.y ?? 0;

function inColumn(layout: Layout, id: string, direction: "up" | "down" | "end"): string | null {
  const column = columnOf(layout, id);
  const all = [...layout.places].filter(([, place]) => place.column === column);
  const row =
    direction === "end" ? all.length - 1 : rowOf(layout, id) + (direction === "up" ? -1 : 1);
  return all.find(([, place]) => place.row === row)?.[0] ?? null;
}

/** The ends of a line as they stand: the left card, then the right one. */
function ends(layout: Layout, { from, to }: Line): [string, string] {
  return columnOf(layout, from) <= columnOf(layout, to) ? [from, to] : [to, from];
}

/** The line of a card that leads to the nearest row on that side. */
function alongLine(
  scene: Scene,
  layout: Layout,
  id: string,
  direction: "left" | "right",
): string | null {
  const [here, there] = direction === "right" ? [0, 1] : [1, 0];
  const leading = scene.lines.filter((line) => ends(layout, line)[here] === id);
  const distance = (line: Line) =>
    Math.abs(heightOf(layout, ends(layout, line)[there] ?? id) - heightOf(layout, id));
  return leading.sort((a, b) => distance(a) - distance(b))[0]?.id ?? null;
}

/** From a line: to the cards at its ends, or to the next line between the same columns. */
function fromLine(scene: Scene, layout: Layout, line: Line, direction: Direction): string | null {
  const [left, right] = ends(layout, line);
  if (direction === "left") return left;
  if (direction === "right") return right;
  const beside = scene.lines.filter(
    (each) => labelColumn(layout, each) === labelColumn(layout, line),
  );
  beside.sort((a, b) => labelRow(layout, a) - labelRow(layout, b));
  if (direction === "end") return beside.at(-1)?.id ?? null;
  return beside[beside.indexOf(line) + (direction === "up" ? -1 : 1)]?.id ?? null;
}

function labelColumn(layout: Layout, { id }: Line): number {
  const track = layout.tracks.get(id);
  return track ? columnOf(layout, track.far) + (track.loop ? 0.5 : 0) : 0;
}

function labelRow(layout: Layout, { id }: Line): number {
  const track = layout.tracks.get(id);
  return track ? heightOf(layout, track.far) + track.port - track.loop : 0;
}

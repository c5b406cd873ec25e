// Scenes for tests: any that can be drawn, and what of them can be seen at once.
import fc from "fast-check";
import type { Layout } from "../../src/picture/layout/layout";
import { HIGH, LABEL, WIDE } from "../../src/picture/layout/measures";
import { course, type Track } from "../../src/picture/layout/tracks";
import type { Line, Scene, Spot } from "../../src/picture/scene";

export const spot = (id: string, more: Partial<Spot> = {}): Spot => ({
  id,
  kind: "business",
  title: id,
  sub: "",
  ...more,
});

export const line = (from: string, to: string, more: Partial<Line> = {}): Line => ({
  id: `${from}>${to}`,
  from,
  to,
  label: "client",
  certainty: "STATED",
  ...more,
});

/** A scene of lines like "a>b"; the spots are their ends, in order, and the first is the root. */
export function drawn(text: string, more: Partial<Scene> = {}): Scene {
  const pairs = text.split(" ").map((each) => each.split(">"));
  const ids = [...new Set(pairs.flat())];
  const lines = pairs
    .filter((pair) => pair.length === 2)
    .map(([from, to], place) => line(from as string, to as string, { id: `line ${place}` }));
  return { root: ids[0] as string, spots: ids.map((id) => spot(id)), lines, ...more };
}

export const labelWidth = ({ label }: Line): number =>
  label ? Math.min(196, 16 + label.length * 7) : 0;

interface Shape {
  most?: number;
  acyclic?: boolean;
}

/** Any scene of a few spots, with cycles, parallel lines and loops, unless they are forbidden. */
export function scenes({ most = 20, acyclic = false }: Shape = {}): fc.Arbitrary<Scene> {
  return fc.integer({ min: acyclic ? 2 : 1, max: most }).chain((size) => {
    const end = fc.nat({ max: size - 1 });
    const pair = fc
      .tuple(end, end, fc.constantFrom("", "client", "owner", "a very long role in a project"))
      .map(([a, b, label]) => (acyclic ? [Math.min(a, b), Math.max(a, b), label] : [a, b, label]))
      .filter(([a, b]) => !acyclic || a !== b);
    return fc.record({ inverse: fc.boolean(), pairs: fc.array(pair, { maxLength: 2 * size }) }).map(
      ({ inverse, pairs }): Scene => ({
        root: inverse ? `s${size - 1}` : "s0",
        inverse,
        spots: Array.from({ length: size }, (_, n) => spot(`s${n}`)),
        lines: pairs.map(([a, b, label], n) =>
          line(`s${a}`, `s${b}`, { id: `line ${n}`, label: label as string }),
        ),
      }),
    );
  });
}

export interface Box {
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function cardsOf({ places }: Layout): Box[] {
  return [...places].map(([name, { x, y }]) => ({
    name,
    left: x,
    right: x + WIDE,
    top: y - HIGH / 2,
    bottom: y + HIGH / 2,
  }));
}

export function courseOf({ places }: Layout, track: Track) {
  const near = places.get(track.near);
  const far = places.get(track.far);
  if (!near || !far) throw new Error("a track without its cards");
  return course(track, near, far);
}

export function labelsOf(layout: Layout): Box[] {
  return [...layout.tracks]
    .filter(([, { label }]) => label > 0)
    .map(([name, track]) => {
      const { x, y } = courseOf(layout, track).label;
      const [wide, high] = [track.label / 2, LABEL / 2];
      return { name, left: x - wide, right: x + wide, top: y - high, bottom: y + high };
    });
}

export const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Every pair of boxes that overlap, by their names. */
export function collisions(boxes: readonly Box[], others: readonly Box[] = boxes): string[] {
  return boxes.flatMap((a) =>
    others.filter((b) => a !== b && overlap(a, b)).map((b) => `${a.name} with ${b.name}`),
  );
}

/** Points along a path of moves, straight pieces and curves. */
export function pointsOn(d: string): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  for (const [, letter, rest] of d.matchAll(/([MLC])([^MLC]*)/g)) {
    const numbers = (rest as string)
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    const at = (n: number) => ({ x: numbers[n] as number, y: numbers[n + 1] as number });
    const from = points.at(-1) ?? at(0);
    const [b, c, to] = letter === "C" ? [at(0), at(2), at(4)] : [from, at(0), at(0)];
    for (let step = 1; step <= 16; step++) {
      const t = step / 16;
      const u = 1 - t;
      const mix = (axis: "x" | "y") =>
        letter === "C"
          ? u ** 3 * from[axis] +
            3 * u * u * t * b[axis] +
            3 * u * t * t * c[axis] +
            t ** 3 * to[axis]
          : u * from[axis] + t * to[axis];
      points.push({ x: mix("x"), y: mix("y") });
    }
  }
  return points;
}

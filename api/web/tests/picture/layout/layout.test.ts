// The layout keeps its rules in any scene: nothing overlaps, nothing is lost, what was there stays.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Layout, layout } from "../../../src/picture/layout/layout";
import type { Scene } from "../../../src/picture/scene";
import {
  cardsOf,
  collisions,
  courseOf,
  drawn,
  labelsOf,
  labelWidth,
  pointsOn,
  scenes,
} from "../scenes";

const laid = (scene: Scene) => layout(scene, labelWidth);

test("every spot and line has its place", () => {
  fc.assert(
    fc.property(scenes(), (scene) => {
      const { places, tracks } = laid(scene);
      expect(new Set(places.keys())).toEqual(new Set(scene.spots.map(({ id }) => id)));
      expect(new Set(tracks.keys())).toEqual(new Set(scene.lines.map(({ id }) => id)));
      for (const { x, y } of places.values()) expect([x, y].every(Number.isFinite)).toBe(true);
    }),
  );
});

test("no card and no label overlaps another one", () => {
  fc.assert(
    fc.property(scenes(), (scene) => {
      const found = laid(scene);
      expect(collisions([...cardsOf(found), ...labelsOf(found)])).toEqual([]);
    }),
  );
});

test("no line crosses a card, or the label of another line", () => {
  fc.assert(
    fc.property(scenes({ most: 12 }), (scene) => {
      const found = laid(scene);
      const obstacles = [...cardsOf(found), ...labelsOf(found)];
      for (const [id, track] of found.tracks) {
        if (track.loop) continue;
        const foreign = obstacles.filter(({ name }) => name !== id);
        for (const { x, y } of pointsOn(courseOf(found, track).d)) {
          const hit = foreign.find(
            (box) => x > box.left + 1 && x < box.right - 1 && y > box.top && y < box.bottom,
          );
          expect(hit && `${id} through ${hit.name}`).toBeUndefined();
        }
      }
    }),
  );
});

test("what is drawn lies within the box, which is what is shown at first", () => {
  fc.assert(
    fc.property(scenes(), (scene) => {
      const found = laid(scene);
      const { x, y, width, height } = found.box;
      for (const box of [...cardsOf(found), ...labelsOf(found)]) {
        expect(box.left).toBeGreaterThanOrEqual(x - 1e-6);
        expect(box.right).toBeLessThanOrEqual(x + width + 1e-6);
        expect(box.top).toBeGreaterThanOrEqual(y - 1e-6);
        expect(box.bottom).toBeLessThanOrEqual(y + height + 1e-6);
      }
    }),
  );
});

test("without cycles the column is the longest way from the root, and lines lead to the right", () => {
  fc.assert(
    fc.property(scenes({ acyclic: true }), (scene) => {
      const { places } = laid(scene);
      const column = (id: string) => places.get(id)?.column ?? Number.NaN;
      for (const { from, to } of scene.lines) expect(column(from)).toBeLessThan(column(to));
      const { root, inverse } = scene;
      const [near, far] = inverse ? (["to", "from"] as const) : (["from", "to"] as const);
      const longest = new Map([[root, 0]]);
      const ordered = inverse ? scene.spots.toReversed() : scene.spots;
      for (const { id } of ordered)
        for (const each of scene.lines) {
          const here = longest.get(id);
          if (each[near] !== id || here === undefined) continue;
          longest.set(each[far], Math.max(longest.get(each[far]) ?? 0, here + 1));
        }
      for (const { id } of scene.spots) {
        const reached = longest.get(id);
        const from = Math.abs(column(id) - column(root));
        // What also leads there without the root may push it farther, and never nearer.
        if (reached !== undefined) expect(from).toBeGreaterThanOrEqual(reached);
      }
    }),
  );
});

test("columns depend on what leads where, and not on the order of spots and lines", () => {
  const shuffled = scenes().chain((scene) =>
    fc
      .tuple(
        fc.shuffledSubarray([...scene.spots], { minLength: scene.spots.length }),
        fc.shuffledSubarray([...scene.lines], { minLength: scene.lines.length }),
      )
      .map(([spots, lines]) => ({ scene, other: { ...scene, spots, lines } })),
  );
  const columns = ({ places }: Layout) =>
    Object.fromEntries([...places].map(([id, { column }]) => [id, column]));
  fc.assert(
    fc.property(shuffled, ({ scene, other }) => {
      expect(columns(laid(other))).toEqual(columns(laid(scene)));
    }),
  );
});

test("the same scene has the same layout", () => {
  fc.assert(
    fc.property(scenes(), (scene) => {
      expect(laid(scene)).toEqual(laid(scene));
    }),
  );
});

/** A scene, and a part of it that was there before. */
const growing = scenes().chain((scene) =>
  fc.tuple(fc.subarray(scene.spots.slice()), fc.nat()).map(([some, choice]) => {
    const kept = new Set([scene.root, ...some.map(({ id }) => id)]);
    const spots = scene.spots.filter(({ id }) => kept.has(id));
    const lines = scene.lines.filter(({ from, to }) => kept.has(from) && kept.has(to));
    const anchor = spots[choice % spots.length]?.id as string;
    return { scene, before: { ...scene, spots, lines }, anchor };
  }),
);

test("a grown picture keeps its anchor at its place", () => {
  fc.assert(
    fc.property(growing, ({ scene, before, anchor }) => {
      const old = laid(before);
      const { x = 0, y = 0 } =
        layout(scene, labelWidth, { layout: old, anchor }).places.get(anchor) ?? {};
      expect(x).toBeCloseTo(old.places.get(anchor)?.x as number);
      expect(y).toBeCloseTo(old.places.get(anchor)?.y as number);
    }),
  );
});

test("a grown picture keeps the order of what was there, and its rules", () => {
  fc.assert(
    fc.property(growing, ({ scene, before, anchor }) => {
      const old = laid(before);
      const found = layout(scene, labelWidth, { layout: old, anchor });
      expect(collisions([...cardsOf(found), ...labelsOf(found)])).toEqual([]);
      const kept = [...old.places.keys()];
      for (const a of kept)
        for (const b of kept) {
          const [was, is] = [old, found].map(
            ({ places }) => [places.get(a), places.get(b)] as const,
          );
          if (was?.[0]?.column !== was?.[1]?.column || is?.[0]?.column !== is?.[1]?.column)
            continue;
          const above = (pair: typeof was) => Math.sign((pair?.[0]?.y ?? 0) - (pair?.[1]?.y ?? 0));
          expect(above(is)).toBe(above(was));
        }
    }),
  );
});

test("what is new stands after what was before it among its siblings, and the fold stays last", () => {
  const old = laid(drawn("p>a p>b p>more"));
  const grown = drawn("p>a p>b p>c p>d p>more");
  const { places } = layout(grown, labelWidth, { layout: old, anchor: "more" });
  const order = [...places].sort(([, a], [, b]) => a.row - b.row).map(([id]) => id);
  expect(order.filter((id) => id !== "p")).toEqual(["a", "b", "c", "d", "more"]);
});

test("a line whose end is no spot is an error, and not left out", () => {
  const scene = drawn("a>b");
  expect(() => laid({ ...scene, spots: scene.spots.slice(1) })).toThrow("line 0");
});

// The layout in the worlds that are hard: cycles, loops, long paths, parallel grants, hubs.
import { expect, test } from "vitest";
import { layout } from "../../../src/picture/layout/layout";
import { PORT } from "../../../src/picture/layout/measures";
import type { Scene } from "../../../src/picture/scene";
import { cardsOf, collisions, drawn, labelsOf, labelWidth, line } from "../scenes";

function columnsOf(scene: Scene): Record<string, number> {
  const found = layout(scene, labelWidth);
  expect(collisions([...cardsOf(found), ...labelsOf(found)])).toEqual([]);
  return Object.fromEntries([...found.places].map(([id, { column }]) => [id, column]));
}

test("a diamond with a short cut", () => {
  expect(columnsOf(drawn("p>a p>b a>z b>z p>z"))).toEqual({ p: 0, a: 1, b: 1, z: 2 });
});

test("a path of eight columns", () => {
  const ids = ["p", "a", "b", "c", "d", "e", "f", "g"];
  const path = ids.slice(1).map((id, n) => `${ids[n]}>${id}`);
  expect(columnsOf(drawn(path.join(" ")))).toEqual(
    Object.fromEntries(ids.map((id, column) => [id, column])),
  );
});

test("a line that leads back is turned, and its head stays at what is held", () => {
  const scene = drawn("p>a a>b b>a b>z");
  expect(columnsOf(scene)).toEqual({ p: 0, a: 1, b: 2, z: 3 });
  const back = layout(scene, labelWidth).tracks.get("line 2");
  expect(back).toMatchObject({ near: "a", far: "b", head: "near", turned: true });
});

test("a cycle through the root", () => {
  expect(columnsOf(drawn("p>a a>b b>p"))).toEqual({ p: 0, a: 1, b: 2 });
});

test("lines from a card to itself lie above each other", () => {
  const scene = drawn("p>a a>a a>a");
  expect(columnsOf(scene)).toEqual({ p: 0, a: 1 });
  const { tracks } = layout(scene, labelWidth);
  expect([1, 2].map((n) => tracks.get(`line ${n}`)?.loop)).toEqual([1, 2]);
});

test("three grants between two spots are apart", () => {
  const { tracks } = layout(drawn("p>a p>a p>a"), labelWidth);
  expect([...tracks.values()].map(({ port }) => port)).toEqual([-PORT, 0, PORT]);
  expect(new Set([...tracks.values()].map(({ enter }) => enter)).size).toBe(3);
});

test("who reaches it: everyone stands right before what they hold, and the root is last", () => {
  const scene = drawn("z a>z p>a q>z", { inverse: true });
  expect(columnsOf(scene)).toEqual({ z: 2, a: 1, p: 0, q: 1 });
});

test("a hub of five hundred is one column on either side", () => {
  const hub = Array.from({ length: 500 }, (_, n) => `n${n}`);
  const held = columnsOf(drawn(`p ${hub.map((id) => `p>${id}`).join(" ")}`));
  expect(new Set(hub.map((id) => held[id]))).toEqual(new Set([1]));
  const holding = columnsOf(drawn(`z ${hub.map((id) => `${id}>z`).join(" ")}`, { inverse: true }));
  expect(new Set(hub.map((id) => holding[id]))).toEqual(new Set([0]));
});

test("spots apart from the root are there, below what hangs together with it", () => {
  const scene = drawn("p>a x>y lonely");
  expect(columnsOf(scene)).toEqual({ p: 0, a: 1, x: 0, y: 1, lonely: 0 });
  const { places } = layout(scene, labelWidth);
  const height = (id: string) => places.get(id)?.y as number;
  expect(height("p")).toBeLessThan(height("lonely"));
  expect(height("a")).toBeLessThan(height("y"));
});

test("what leads there without the root stands right before it", () => {
  const { x } = columnsOf(drawn("p>a a>b b>z x>z"));
  expect(x).toBe(2);
});

test("order comes from the scene where nothing speaks against it, and crossings are avoided", () => {
  const rows = (scene: Scene) =>
    Object.fromEntries([...layout(scene, labelWidth).places].map(([id, { row }]) => [id, row]));
  expect(rows(drawn("p>c p>a p>b"))).toMatchObject({ c: 0, a: 1, b: 2 });
  expect(rows(drawn("p>a p>b p>c b>y a>x c>z"))).toMatchObject({ x: 0, y: 1, z: 2 });
});

test("a scene of one spot and one of none", () => {
  expect(columnsOf(drawn("p"))).toEqual({ p: 0 });
  expect(columnsOf({ root: "p", spots: [], lines: [] })).toEqual({});
  expect(layout({ root: "p", spots: [], lines: [] }, labelWidth).box.width).toBe(0);
});

test("a line of no words has no label", () => {
  const scene = drawn("p>a");
  const silent = { ...scene, lines: [line("p", "a", { label: "" })] };
  expect(layout(silent, labelWidth).tracks.get("p>a")?.label).toBe(0);
});

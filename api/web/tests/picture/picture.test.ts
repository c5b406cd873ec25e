// The picture by keyboard, mouse and screen reader: what is said, picked, opened and lit.
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { picture } from "../../src/picture/picture";
import type { Picture, Scene } from "../../src/picture/scene";
import { waysThrough } from "../../src/picture/ways";
import { drawn, line, spot } from "./scenes";

const scene: Scene = {
  root: "p",
  spots: [
    spot("p", { kind: "identity", title: "b@example.com" }),
    spot("a", { title: "BillSpring", sub: "77128" }),
    spot("b", { ended: true, latent: true }),
    spot("more", { kind: "more", title: "388 more", fold: "more", count: 388 }),
  ],
  lines: [
    line("p", "a", { label: "owner", contested: true }),
    line("p", "b", { latent: true, ended: true, cut: true }),
    line("p", "more", { certainty: "INFERRED", count: 388 }),
  ],
};

const pick = vi.fn();
const unfold = vi.fn();
let host: HTMLElement;
let shown: Picture;

beforeEach(() => {
  pick.mockReset();
  unfold.mockReset();
  host = document.createElement("div");
  document.body.append(host);
  shown = picture(host, { pick, unfold });
  shown.show(scene);
});

afterEach(() => {
  shown.destroy();
  host.remove();
});

const of = (id: string) => host.querySelector<SVGGElement>(`[data-id="${id}"]`) as SVGGElement;
const press = (key: string, more: KeyboardEventInit = {}) =>
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, ...more }),
  );
const focused = () => (document.activeElement as unknown as SVGGElement).dataset.id;

test("there is one stop of the tab key, which moves along", () => {
  const stops = () =>
    [...host.querySelectorAll('[tabindex="0"]')].map((each) => each.getAttribute("data-id"));
  expect(stops()).toEqual(["p"]);
  shown.focus("a");
  expect(stops()).toEqual(["a"]);
  shown.show(drawn("x>y"));
  expect(stops()).toEqual(["x"]);
});

test("a screen reader hears who holds what, how sure that is, and where it stands", () => {
  expect(of("p>a").getAttribute("aria-label")).toBe(
    "b@example.com: owner of BillSpring, stated, active, contested",
  );
  expect(of("p>b").getAttribute("aria-label")).toBe(
    "b@example.com: client of b, stated, latent, in the cut, ended",
  );
  expect(of("a").getAttribute("aria-label")).toBe(
    "BillSpring 77128, business, held by 1, column 2 of 2, 1 of 3",
  );
  const [email] = [spot("p", { kind: "identity", title: "b", sub: "@example.com · Bo" })];
  shown.show({ root: "p", spots: [email], lines: [] });
  expect(of("p").getAttribute("aria-label")).toMatch(/^b@example.com · Bo, identity, column 1/);
});

test("arrows walk along lines, and up and down within a column", () => {
  shown.focus("p");
  const walk = (key: string) => {
    press(key);
    return focused();
  };
  expect(walk("ArrowRight")).toBe("p>b"); // the nearest row
  expect(walk("ArrowUp")).toBe("p>a");
  expect(walk("ArrowRight")).toBe("a");
  expect(walk("ArrowUp")).toBe("a"); // nothing is there
  expect(walk("End")).toBe("more");
  expect(walk("ArrowLeft")).toBe("p>more");
  expect(walk("ArrowLeft")).toBe("p");
});

test("Enter picks, Escape picks nothing, and each is told once", () => {
  shown.focus("p>a");
  press("Enter");
  expect(pick).toHaveBeenLastCalledWith({ line: scene.lines[0] });
  press("ArrowRight");
  press(" ");
  expect(pick).toHaveBeenLastCalledWith({ spot: scene.spots[1] });
  press("Escape");
  press("Escape");
  expect(pick).toHaveBeenLastCalledWith(null);
  expect(pick).toHaveBeenCalledTimes(3);
});

test("a fold opens by ten or as a whole, by keys and by a click", () => {
  shown.focus("more");
  press("Enter");
  press("Enter", { shiftKey: true });
  press("+");
  press("-"); // it is not open
  of("more").dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
  expect(unfold.mock.calls.map(([{ id }, all]) => [id, all])).toEqual([
    ["more", false],
    ["more", true],
    ["more", false],
    ["more", true],
  ]);
  expect(pick).not.toHaveBeenCalled();
});

test("what is picked from outside is marked with all ways through it, and told to no one", () => {
  shown.pick("a");
  const lit = [...host.querySelectorAll<SVGGElement>(".ir-lit")].map((each) => each.dataset.id);
  expect(lit.sort()).toEqual(["a", "p", "p>a"]);
  expect(pick).not.toHaveBeenCalled();
  shown.pick(null);
  expect(host.querySelector(".ir-lit, .ir-some")).toBeNull();
});

test("all ways through a thing, cycles too", () => {
  const lit = (text: string, id: string) => [...waysThrough(drawn(text), id)].sort();
  expect(lit("p>a a>b p>c", "b")).toEqual(["a", "b", "line 0", "line 1", "p"]);
  expect(lit("p>a a>b b>a b>z p>c", "line 1")).toEqual([
    "a",
    "b",
    "line 0",
    "line 1",
    "line 2",
    "line 3",
    "p",
    "z",
  ]);
});

test("nothing has a style attribute, and the whole of a text stands behind the window that cuts it", () => {
  const title = "a very long name of a business that nobody can read on a card";
  const label = "a role of many words on a line, that has room for few";
  shown.show({
    root: "p",
    spots: [spot("p", { title }), spot("q", { title: `\u05e9${title}` })],
    lines: [line("p", "q", { label, count: 388 })],
  });
  expect(host.querySelector("[style]")).toBeNull();
  const texts = (id: string) => [...of(id).querySelectorAll("text")];
  expect(texts("p").map((each) => each.textContent)).toEqual([title, "…"]);
  expect(texts("p>q").map((each) => each.textContent)).toEqual([label, "… ×388"]);
  const [cut, sign] = texts("p");
  expect(Number(cut?.parentElement?.getAttribute("width"))).toBeLessThan(212);
  expect(Number(cut?.parentElement?.getAttribute("width")) + 48).toBe(
    Number(sign?.getAttribute("x")),
  );
  expect(texts("q")[0]?.getAttribute("direction")).toBe("rtl"); // its beginning is at the right
  expect(of("p").querySelector("title")?.textContent).toBe(title);
});

test("what is written on a card or a line is a part of its name", () => {
  const words = (text: string | null) => text?.match(/[\p{L}\p{N}]+/gu)?.join(" ") ?? "";
  const labelled = [line("p", "a", { label: "owner", count: 1_388 })];
  shown.show({ ...scene, spots: [spot("p", { sub: "x".repeat(99) }), spot("a")], lines: labelled });
  for (const each of host.querySelectorAll("[role=button]")) {
    each.querySelector("title")?.remove();
    expect(words(each.textContent)).not.toBe("");
    expect(words(each.getAttribute("aria-label"))).toContain(words(each.textContent));
  }
});

test("a card that stays is the same element, so that the focus stays too", () => {
  shown.focus("a");
  const before = of("a");
  shown.show(
    { ...scene, spots: [...scene.spots, spot("c")], lines: [...scene.lines, line("p", "c")] },
    "more",
  );
  expect(of("a")).toBe(before);
  expect(focused()).toBe("a");
});

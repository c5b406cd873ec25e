// The drawing of a scene: a card for each spot and a stroke for each line, kept at their places.
import { card } from "./cards";
import { element } from "./dom";
import type { Layout, Place } from "./layout/layout";
import { course, type Point } from "./layout/tracks";
import { Stroke } from "./lines";
import type { Line, Scene, Spot } from "./scene";
import { lineWords, spotWords } from "./words";

/** Milliseconds in which a picture grows. */
const GROWING = 240;

/** The most dashed lines that are drawn dashed: browsers draw dashes slowly. */
const DASHED = 200;

/** The most lines that are drawn at full strength: more of them would be one dark mass. */
const STRONG = 150;

export class Drawing {
  readonly world = element("g");
  readonly #lines = element("g");
  readonly #cards = element("g");
  readonly #strokes = new Map<string, { line: Line; stroke: Stroke; words: string }>();
  readonly #drawn = new Map<string, { spot: Spot; group: SVGGElement; words: string }>();
  #at = new Map<string, Point>();
  #frame = 0;

  constructor() {
    this.world.append(this.#lines, this.#cards);
  }

  /** The element of a card or a line. */
  of(id: string): SVGGElement | undefined {
    return this.#drawn.get(id)?.group ?? this.#strokes.get(id)?.stroke.group;
  }

  /** Draws a scene; with a birthplace, what is there glides to its place, and what is new comes from it. */
  show(scene: Scene, layout: Layout, birth: Point | null): void {
    cancelAnimationFrame(this.#frame);
    const latent = scene.lines.filter((line) => line.latent).length;
    this.world.classList.toggle("ir-plain", latent > DASHED);
    this.world.classList.toggle("ir-dense", scene.lines.length > STRONG);
    this.#fillCards(scene, layout, birth !== null);
    this.#fillLines(scene, birth !== null);
    if (birth) this.#glide(scene, layout, birth);
    else this.#place(scene, layout, layout.places);
  }

  /** Lights the ids of a set and lets the rest step back; null lights all alike. */
  light(lit: ReadonlySet<string> | null, picked: string | null): void {
    this.world.classList.toggle("ir-some", lit !== null);
    for (const id of [...this.#drawn.keys(), ...this.#strokes.keys()]) {
      const drawn = this.of(id) as SVGGElement;
      drawn.classList.toggle("ir-lit", lit?.has(id) ?? false);
      drawn.classList.toggle("ir-picked", id === picked);
      if (id === picked) drawn.setAttribute("aria-current", "true");
      else drawn.removeAttribute("aria-current");
    }
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #fillCards(scene: Scene, layout: Layout, grows: boolean): void {
    const holds = tally(scene.lines.map(({ from }) => from));
    const held = tally(scene.lines.map(({ to }) => to));
    const heights = tally([...layout.places.values()].map(({ column }) => column));
    forget(this.#drawn, new Set(scene.spots.map(({ id }) => id)), ({ group }) => group);
    for (const spot of scene.spots) {
      const { column, row } = layout.places.get(spot.id) as Place;
      const place = `column ${column + 1} of ${heights.size}, ${row + 1} of ${heights.get(column)}`;
      const words = spotWords(spot, place, holds.get(spot.id) ?? 0, held.get(spot.id) ?? 0);
      const had = this.#drawn.get(spot.id);
      if (had && same(had.spot, spot)) {
        if (had.words !== words) had.group.setAttribute("aria-label", words);
        this.#drawn.set(spot.id, { ...had, spot, words });
        continue;
      }
      const group = card(spot, words);
      if (had) swap(had.group, group);
      else this.#cards.append(group);
      group.classList.toggle("ir-new", grows && !had);
      this.#drawn.set(spot.id, { spot, group, words });
    }
  }

  #fillLines(scene: Scene, grows: boolean): void {
    forget(this.#strokes, new Set(scene.lines.map(({ id }) => id)), ({ stroke }) => stroke.group);
    const spots = new Map(scene.spots.map((spot) => [spot.id, spot]));
    for (const line of scene.lines) {
      const words = lineWords(line, spots.get(line.from), spots.get(line.to));
      const had = this.#strokes.get(line.id);
      if (had && same(had.line, line) && had.words === words) continue;
      const stroke = new Stroke(line, words);
      if (had) swap(had.stroke.group, stroke.group);
      else this.#lines.append(stroke.group);
      stroke.group.classList.toggle("ir-new", grows && !had);
      this.#strokes.set(line.id, { line, stroke, words });
    }
  }

  #place(scene: Scene, layout: Layout, at: ReadonlyMap<string, Point>): void {
    this.#at = new Map([...at].map(([id, { x, y }]) => [id, { x, y }]));
    for (const [id, { x, y }] of this.#at)
      this.#drawn.get(id)?.group.setAttribute("transform", `translate(${x} ${y})`);
    for (const { id } of scene.lines) {
      const track = layout.tracks.get(id);
      const near = track && this.#at.get(track.near);
      const far = track && this.#at.get(track.far);
      if (track && near && far) this.#strokes.get(id)?.stroke.place(course(track, near, far));
    }
  }

  #glide(scene: Scene, layout: Layout, birth: Point): void {
    const from = new Map([...layout.places.keys()].map((id) => [id, this.#at.get(id) ?? birth]));
    const began = performance.now();
    const tick = () => {
      const time = Math.min(1, (performance.now() - began) / GROWING);
      const part = 1 - (1 - time) ** 3;
      const between = [...layout.places].map(([id, to]) => {
        const { x, y } = from.get(id) ?? to;
        return [id, { x: x + (to.x - x) * part, y: y + (to.y - y) * part }] as const;
      });
      this.#place(scene, layout, time < 1 ? new Map(between) : layout.places);
      if (time < 1) this.#frame = requestAnimationFrame(tick);
    };
    tick();
  }
}

function tally<Key>(keys: readonly Key[]): Map<Key, number> {
  const found = new Map<Key, number>();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return found;
}

/** Takes away what is not in the scene any more. */
function forget<Item>(
  drawn: Map<string, Item>,
  kept: ReadonlySet<string>,
  element: (item: Item) => Element,
): void {
  for (const [id, item] of drawn)
    if (!kept.has(id)) {
      element(item).remove();
      drawn.delete(id);
    }
}

/** Puts a new face in place of an old one, with the focus and its place in the order of tabs. */
function swap(old: SVGGElement, made: SVGGElement): void {
  const focused = document.activeElement === old;
  made.setAttribute("tabindex", old.getAttribute("tabindex") ?? "-1");
  old.replaceWith(made);
  if (focused) made.focus({ preventScroll: true });
}

const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);

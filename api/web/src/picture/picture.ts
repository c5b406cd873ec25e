// The picture: a scene drawn into a host element, with mouse, fingers and keys. Needs no framework.
import "./picture.css";
import { element } from "./dom";
import { Drawing } from "./drawing";
import { file } from "./export";
import { type Layout, layout } from "./layout/layout";
import { labelWidth } from "./lines";
import type { Handlers, Picture, Scene, Spot } from "./scene";
import { View } from "./view";
import { type Direction, step } from "./walk";
import { wayOf, waysThrough } from "./ways";
import { sceneWords } from "./words";

const STEPS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
};

export function picture(host: HTMLElement, handlers: Handlers): Picture {
  return new Drawn(host, handlers);
}

class Drawn implements Picture {
  readonly #drawing = new Drawing();
  readonly #window = element("svg", { class: "ir-picture", role: "application" });
  readonly #view: View;
  readonly #sizes: ResizeObserver;
  #scene: Scene = { root: "", spots: [], lines: [] };
  #laid: Layout | null = null;
  #picked: string | null = null;
  /** The card that must be in sight, also in a picture that is new. */
  #anchor: string | undefined;
  /** The one card or line that the tab key reaches. */
  #stop = "";

  readonly #handlers: Handlers;

  constructor(host: HTMLElement, handlers: Handlers) {
    this.#handlers = handlers;
    this.#window.append(this.#drawing.world);
    host.append(this.#window);
    this.#view = new View(this.#window, this.#drawing.world);
    this.#window.addEventListener("click", (event) => this.#click(event));
    this.#window.addEventListener("keydown", (event) => this.#key(event));
    this.#sizes = new ResizeObserver(() => {
      if (this.#view.untouched) this.#begin();
    });
    this.#sizes.observe(this.#window);
  }

  show(scene: Scene, anchor?: string): void {
    this.#anchor = anchor;
    const old = this.#laid;
    const held = old && anchor !== undefined ? this.#standing(scene, anchor) : null;
    const laid = layout(
      scene,
      labelWidth,
      old && held !== null ? { layout: old, anchor: held } : undefined,
    );
    this.#scene = scene;
    this.#laid = laid;
    this.#view.over = laid.box;
    this.#window.setAttribute("aria-label", sceneWords(scene));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const birth = held === null || still ? null : (old?.places.get(anchor ?? held) ?? null);
    this.#drawing.show(scene, laid, birth);
    this.#rove(this.#shows(this.#stop) ? this.#stop : (held ?? scene.root));
    if (this.#picked !== null && !this.#shows(this.#picked)) this.#picked = null;
    this.#light();
    if (held === null) this.#begin();
    else this.#reveal(held);
  }

  pick(id: string | null): void {
    this.#picked = id;
    this.#light();
  }

  focus(id: string): void {
    if (!this.#shows(id)) return;
    this.#rove(id);
    this.#drawing.of(id)?.focus({ preventScroll: true });
    this.#reveal(id);
  }

  fit(): void {
    this.#view.fit();
    this.#view.untouched = false;
  }

  zoom(factor: number): void {
    this.#view.zoom(factor);
  }

  svg(): string {
    return this.#laid ? file(this.#window, this.#laid.box) : "";
  }

  destroy(): void {
    this.#drawing.stop();
    this.#sizes.disconnect();
    this.#window.remove();
  }

  #begin(): void {
    this.#view.begin(this.#laid?.places.get(this.#scene.root));
    if (this.#anchor !== undefined) this.#reveal(this.#anchor);
  }

  /** The anchor if it is still there, else what it hung on. */
  #standing({ root, spots }: Scene, anchor: string): string | null {
    const next = new Set(spots.map(({ id }) => id));
    const beside = this.#scene.lines.flatMap(({ from, to }) =>
      from === anchor ? [to] : to === anchor ? [from] : [],
    );
    const was = (id: string) => next.has(id) && this.#laid?.places.has(id);
    return [anchor, ...beside, root].find(was) ?? null;
  }

  #shows(id: string): boolean {
    return (this.#laid?.places.has(id) || this.#laid?.tracks.has(id)) ?? false;
  }

  /** Makes a card or a line the one that the tab key reaches. */
  #rove(id: string): void {
    this.#drawing.of(this.#stop)?.setAttribute("tabindex", "-1");
    this.#stop = id;
    this.#drawing.of(id)?.setAttribute("tabindex", "0");
  }

  #reveal(id: string): void {
    const track = this.#laid?.tracks.get(id);
    const place = this.#laid?.places.get(track?.far ?? id);
    if (place) this.#view.reveal(place);
  }

  #light(): void {
    const scene = this.#scene;
    const drawn = [...scene.spots, ...scene.lines].some(({ id }) => id === this.#picked);
    const picked = drawn ? this.#picked : null; // what is folded away dims nothing
    const way = scene.way ? wayOf(scene) : null;
    this.#drawing.light(picked === null ? way : waysThrough(scene, picked), picked);
  }

  /** Picks as someone asks for it, and tells of it. */
  #choose(id: string | null): void {
    this.pick(id);
    const spot = this.#spot(id);
    const line = this.#scene.lines.find((each) => each.id === id);
    if (spot) this.#handlers.pick({ spot });
    else this.#handlers.pick(line ? { line } : null);
  }

  #spot(id: string | null): Spot | undefined {
    return this.#scene.spots.find((each) => each.id === id);
  }

  #click(event: MouseEvent): void {
    if (this.#view.dragging) return;
    const target = event.target as Element;
    const id = target.closest<SVGGElement>("[data-id]")?.dataset.id ?? null;
    const spot = this.#spot(id);
    if (id !== null) this.focus(id);
    if (spot && (spot.kind === "more" || (spot.fold && target.closest(".ir-fold"))))
      this.#handlers.unfold(spot, event.shiftKey);
    else if (id !== null || this.#picked !== null) this.#choose(id);
  }

  #key(event: KeyboardEvent): void {
    const id = (event.target as Element).closest<SVGGElement>("[data-id]")?.dataset.id;
    if (id === undefined || !this.#laid || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key, shiftKey } = event;
    const spot = this.#spot(id);
    const direction = STEPS[key];
    if (direction) {
      const next = step(this.#scene, this.#laid, id, direction);
      if (next !== null) this.focus(next);
    } else if (key === "Enter" || key === " ") {
      if (spot?.kind === "more") this.#handlers.unfold(spot, shiftKey);
      else this.#choose(id);
    } else if (key === "+" || key === "-") {
      if (spot?.fold === (key === "+" ? "more" : "less")) this.#handlers.unfold(spot, false);
    } else if (key === "Escape" && this.#picked !== null) this.#choose(null);
    else return;
    event.preventDefault();
  }
}

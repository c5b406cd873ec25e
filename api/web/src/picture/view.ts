// The view onto a picture: panning and zooming with mouse, wheel and fingers.
import type { Layout } from "./layout/layout";
import { HIGH, WIDE } from "./layout/measures";
import type { Point } from "./layout/tracks";

const LEAST = 0.1;
const MOST = 2.5;
/** A picture is not drawn smaller than this at first, and not larger than the second by itself. */
const LEGIBLE = 0.62;
const NATURAL = 1.1;
const MARGIN = 28;
/** The least way of a pointer that is a drag and no click. */
const DRAG = 4;

export class View {
  x = 0;
  y = 0;
  scale = 1;
  /** True until someone moves the view: it then follows the size of its window. */
  untouched = true;
  #box: Layout["box"] = { x: 0, y: 0, width: 0, height: 0 };
  readonly #pointers = new Map<number, Point>();
  #dragged = false;

  readonly #svg: SVGSVGElement;
  readonly #world: SVGGElement;

  constructor(svg: SVGSVGElement, world: SVGGElement) {
    this.#svg = svg;
    this.#world = world;
    svg.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"] as const)
      svg.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
  }

  /** Whether the click that comes now ends a drag. */
  get dragging(): boolean {
    return this.#dragged;
  }

  set over(box: Layout["box"]) {
    this.#box = box;
  }

  /** Shows all of the picture. */
  fit(): void {
    const { width, height } = this.#window();
    this.scale = this.#whole();
    this.x = (width - this.#box.width * this.scale) / 2 - this.#box.x * this.scale;
    this.y = (height - this.#box.height * this.scale) / 2 - this.#box.y * this.scale;
    this.look();
  }

  /** Shows all of the picture, or what is legible of it around its root. */
  begin(root: Point | undefined): void {
    this.untouched = true;
    this.fit();
    if (this.scale >= LEGIBLE || !root) return;
    this.scale = LEGIBLE;
    this.x = this.#along("x", "width", root.x + WIDE / 2);
    this.y = this.#along("y", "height", root.y);
    this.look();
  }

  zoom(factor: number, at: Point = this.#middle()): void {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.#touch();
  }

  /** Moves the least that brings a rectangle around a point into sight. */
  reveal({ x, y }: Point, wide = WIDE, high = HIGH): void {
    const { width, height } = this.#window();
    this.x += into(x * this.scale + this.x, wide * this.scale, width);
    this.y += into((y - high / 2) * this.scale + this.y, high * this.scale, height);
    this.look();
  }

  look(): void {
    const { x, y, scale } = this;
    this.#world.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    // A finger scrolls the page over a picture that has no more to show above or below.
    const all = this.#box.height * scale <= this.#window().height - 2 * MARGIN + 1;
    this.#svg.classList.toggle("ir-whole", all);
  }

  #window() {
    const { width, height } = this.#svg.getBoundingClientRect();
    return { width, height };
  }

  #middle(): Point {
    const { width, height } = this.#window();
    return { x: width / 2, y: height / 2 };
  }

  #whole(): number {
    const { width, height } = this.#window();
    const across = (width - 2 * MARGIN) / Math.max(1, this.#box.width);
    const down = (height - 2 * MARGIN) / Math.max(1, this.#box.height);
    return Math.min(NATURAL, Math.max(LEAST, Math.min(across, down)));
  }

  /** The shift that centres what fits, and else brings a place as near to the middle as edges allow. */
  #along(axis: "x" | "y", size: "width" | "height", place: number): number {
    const window = this.#window()[size];
    const length = this.#box[size] * this.scale;
    const begin = this.#box[axis] * this.scale;
    if (length <= window - 2 * MARGIN) return (window - length) / 2 - begin;
    const wish = window / 2 - place * this.scale;
    return Math.min(MARGIN - begin, Math.max(window - MARGIN - length - begin, wish));
  }

  #touch(): void {
    this.untouched = false;
    this.look();
  }

  /** Zooms with Ctrl or ⌘; else pans as far as there is picture, and then lets the page scroll. */
  #wheel(event: WheelEvent): void {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const { left, top } = this.#svg.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      this.zoom(Math.exp((-event.deltaY * unit) / 300), at);
      return;
    }
    const sideways = event.shiftKey && !event.deltaX;
    const { width, height } = this.#window();
    const dx = (sideways ? event.deltaY : event.deltaX) * unit;
    const dy = (sideways ? 0 : event.deltaY) * unit;
    const x = this.#bounded(this.x - dx, this.x, this.#box.x, this.#box.width, width);
    const y = this.#bounded(this.y - dy, this.y, this.#box.y, this.#box.height, height);
    if (x === this.x && y === this.y) return;
    event.preventDefault();
    this.x = x;
    this.y = y;
    this.#touch();
  }

  /** A shift within the edges of the picture; one that is beyond them already may only come back. */
  #bounded(to: number, from: number, begin: number, length: number, window: number): number {
    const first = MARGIN - begin * this.scale;
    const last = window - MARGIN - (begin + length) * this.scale;
    const [least, most] = [Math.min(first, last, from), Math.max(first, last, from)];
    if (last >= first) return from; // all is in sight
    return Math.min(most, Math.max(least, to));
  }

  #down(event: PointerEvent): void {
    this.#dragged = false;
    if (event.button === 0) this.#pointers.set(event.pointerId, place(event));
  }

  #move(event: PointerEvent): void {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const now = place(event);
    if (!this.#dragged && Math.hypot(now.x - last.x, now.y - last.y) < DRAG) return;
    if (!this.#dragged) this.#svg.setPointerCapture(event.pointerId);
    this.#dragged = true;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other) this.#pinch(last, now, other);
    else this.#pan(now.x - last.x, now.y - last.y);
  }

  #pan(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.#touch();
  }

  /** Two fingers: the picture keeps under both. */
  #pinch(last: Point, now: Point, other: Point): void {
    const { left, top } = this.#svg.getBoundingClientRect();
    const apart = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    this.x += (now.x - last.x) / 2;
    this.y += (now.y - last.y) / 2;
    const at = { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top };
    this.zoom(apart(now) / apart(last), at);
  }
}

const place = ({ clientX, clientY }: PointerEvent): Point => ({ x: clientX, y: clientY });

/** The least shift that brings a stretch into a window. */
function into(begin: number, length: number, window: number): number {
  if (begin < MARGIN || length > window - 2 * MARGIN) return MARGIN - begin;
  return Math.min(0, window - MARGIN - begin - length);
}

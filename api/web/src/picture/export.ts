// The picture as one SVG file that looks the same anywhere: each colour and font is written out.
import { element } from "./dom";
import type { Layout } from "./layout/layout";

/** What a style sheet may set on a drawn element, and what SVG knows as an attribute. */
const SET = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
] as const;

const MARGIN = 24;

/** Attributes that mean something on the page alone. */
const LIVE = ["class", "tabindex", "role", "data-id", "aria-label", "aria-pressed"];

export function file(window: SVGSVGElement, box: Layout["box"]): string {
  const [x, y] = [box.x - MARGIN, box.y - MARGIN];
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  const world = window.firstElementChild as SVGGElement;
  const copy = written(world, new Map());
  copy.removeAttribute("transform");
  const paper = element("rect", {
    x,
    y,
    width,
    height,
    fill: getComputedStyle(window).backgroundColor,
  });
  const size = { viewBox: `${x} ${y} ${width} ${height}`, width, height };
  return new XMLSerializer().serializeToString(
    element("svg", { role: "img", ...size }, paper, copy),
  );
}

/** A copy of a drawn element with its computed style as attributes, where it is not its parent's. */
function written(source: Element, parent: ReadonlyMap<string, string>): Element {
  const copy = source.cloneNode(false) as Element;
  for (const name of LIVE) copy.removeAttribute(name);
  const style = getComputedStyle(source);
  const own = new Map(SET.map((name) => [name as string, style.getPropertyValue(name)]));
  for (const [name, value] of own) if (parent.get(name) !== value) copy.setAttribute(name, value);
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity); // it is not inherited
  for (const child of source.childNodes) {
    if (!(child instanceof Element)) copy.append(child.cloneNode());
    else if (child.localName === "title") copy.append(child.cloneNode(true));
    else if (!child.classList.contains("ir-hit")) copy.append(written(child, own));
  }
  return copy;
}

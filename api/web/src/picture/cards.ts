// Cards: the face of a spot.
import { GLYPHS } from "../glyphs";
import { element, fitted, widthOf, written } from "./dom";
import { HIGH, WIDE } from "./layout/measures";
import type { Spot } from "./scene";

/** A card, drawn around the left end of its middle line. Where it stands is set from outside. */
export function card(spot: Spot, words: string): SVGGElement {
  const many = spot.kind === "more";
  const group = element("g", {
    class: names(spot),
    role: "button",
    tabindex: -1,
    "data-id": spot.id,
    "aria-label": words,
  });
  const box = { x: 0, y: -HIGH / 2, width: WIDE, height: HIGH, rx: 10 };
  if (many)
    group.append(
      element("rect", { class: "ir-under", ...box, x: 8, width: WIDE - 16, y: box.y + 8 }),
      element("rect", { class: "ir-under", ...box, x: 4, width: WIDE - 8, y: box.y + 4 }),
    );
  group.append(
    element("rect", { class: "ir-box", ...box }),
    element("circle", { class: "ir-disc", cx: 24, cy: 0, r: 15 }),
    element("path", { class: "ir-glyph", d: GLYPHS[spot.kind], transform: "translate(24 0)" }),
  );
  const room = WIDE - 58 - (spot.fold ? 24 : 0);
  const middle = spot.sub ? -4 : 4;
  group.append(...written(spot.title, "title", room, { class: "ir-title", x: 48, y: middle }));
  // A space is not drawn, but two lines are two words.
  if (spot.sub)
    group.append(" ", ...written(spot.sub, "sub", room, { class: "ir-sub", x: 48, y: 13 }));
  if (spot.ended) {
    const width = widthOf(fitted(spot.title, "title", room), "title");
    group.append(element("path", { class: "ir-strike", d: `M48 ${middle - 4}h${width}` }));
  }
  if (spot.fold) group.append(fold(spot.fold));
  const whole = spot.tip ?? [spot.title, spot.sub].filter(Boolean).join("\n");
  // What is drawn has the tooltip, not the button, which would be told by both.
  group.append(element("g", {}, ...group.childNodes, element("title", {}, whole)));
  return group;
}

function names({ kind, latent, end, ended }: Spot): string {
  const states = { latent, end, ended };
  const set = Object.entries(states).filter(([, is]) => is);
  return ["ir-spot", `ir-${kind}`, ...set.map(([name]) => `ir-${name}`)].join(" ");
}

function fold(way: "more" | "less"): SVGGElement {
  return element(
    "g",
    { class: "ir-fold", transform: `translate(${WIDE - 20} 0)` },
    element("circle", { r: 9 }),
    element("path", { d: way === "more" ? "M-4 0H4M0-4V4" : "M-4 0H4" }),
  );
}

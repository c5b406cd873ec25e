// Cards: the face of a spot.
import { element, fitted, widthOf } from "./dom";
import { HIGH, WIDE } from "./layout/measures";
import type { Kind, Spot } from "./scene";

const GLYPHS: Record<Kind, string> = {
  identity: "M0-7a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM-8 8.5c0-4.5 4-6 8-6s8 1.5 8 6",
  business: "M-7 8V-3L0-8L7-3V8ZM-2.5 8V2H2.5V8",
  account: "M-8-6H8V7H-8ZM-8-2H8M-4.5 3H.5",
  group:
    "M-3-7a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 1 1 0-6.4ZM-9 7c0-4 3-5.5 6-5.5s6 1.5 6 5.5M4-6a2.8 2.8 0 0 1 0 5.4M5.5 2c2.5 0.3 4 2 4 5",
  more: "M-6 0h.01M0 0h.01M6 0h.01",
};

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
  const title = fitted(spot.title, "title", room);
  const middle = spot.sub ? -4 : 4;
  group.append(element("text", { class: "ir-title", x: 48, y: middle }, title));
  if (spot.sub)
    group.append(element("text", { class: "ir-sub", x: 48, y: 13 }, fitted(spot.sub, "sub", room)));
  if (spot.ended)
    group.append(
      element("path", { class: "ir-strike", d: `M48 ${middle - 4}h${widthOf(title, "title")}` }),
    );
  if (spot.fold) group.append(fold(spot.fold));
  const whole = spot.tip ?? [spot.title, spot.sub].filter(Boolean).join("\n");
  group.append(element("title", {}, whole));
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

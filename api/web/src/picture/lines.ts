// Lines: the stroke of a grant, its head, and its label.
import { element, fitted, widthOf, written } from "./dom";
import { LABEL, WIDEST_LABEL } from "./layout/measures";
import type { Course } from "./layout/tracks";
import type { Line } from "./scene";
import { timesOf } from "./words";

/** The room of a label around its text, and the room of a mark in it. */
const AROUND = 16;
const MARK = 15;

const SCISSORS = "M-4.5-4.5L5 3.5M-4.5 4.5L5-3.5M-5.5-6.5a2 2 0 1 1-.1 0ZM-5.5 2.5a2 2 0 1 1-.1 0Z";
const UNEQUAL = "M-4-2H4M-4 2H4M2-5L-2 5";

function marksOf({ cut, contested }: Line): { name: string; d: string }[] {
  return [
    ...(cut ? [{ name: "ir-scissors", d: SCISSORS }] : []),
    ...(contested ? [{ name: "ir-unequal", d: UNEQUAL }] : []),
  ];
}

/** The words of a label: a long role is cut to its room, and never its number. */
function wordsOn(line: Line): { label: string; times: string; room: number } {
  const times = timesOf(line) && `${line.label && " "}${timesOf(line)}`;
  const room = WIDEST_LABEL - widthOf(times, "label");
  return { label: line.label, times, room };
}

/** The width of a line's label with its marks; 0 where there is nothing to say. */
export function labelWidth(line: Line): number {
  const { label, times, room } = wordsOn(line);
  const words = fitted(label, "label", room) + times;
  const marks = marksOf(line).length * MARK;
  return words || marks ? widthOf(words, "label") + marks + AROUND : 0;
}

/** A line that has no course yet. */
export class Stroke {
  readonly group: SVGGElement;
  readonly #ways: SVGPathElement[];
  readonly #tip = element("path", { class: "ir-tip", d: "M-8-4.5L0 0L-8 4.5Z" });
  readonly #tag: SVGGElement | null;

  constructor(line: Line, words: string) {
    const kinds = ["hit", "way", ...(line.contested ? ["between"] : [])];
    this.#ways = kinds.map((kind) => element("path", { class: `ir-${kind}` }));
    this.#tag = labelWidth(line) ? tag(line) : null;
    this.group = element(
      "g",
      {
        class: names(line),
        role: "button",
        tabindex: -1,
        "data-id": line.id,
        "aria-label": words,
        ...(line.tip && { "aria-description": line.tip }),
      },
      element(
        "g", // has the tooltip in place of the button, which would be told by both
        {},
        ...this.#ways,
        this.#tip,
        ...(this.#tag ? [this.#tag] : []),
        element("title", {}, line.tip ? `${words}\n${line.tip}` : words),
      ),
    );
  }

  place({ d, tip, label }: Course): void {
    for (const way of this.#ways) way.setAttribute("d", d);
    this.#tip.setAttribute("transform", `translate(${tip.x} ${tip.y}) rotate(${tip.turn})`);
    this.#tag?.setAttribute("transform", `translate(${label.x} ${label.y})`);
  }
}

function names(line: Line): string {
  const { latent, contested, ended, cut } = line;
  const set = Object.entries({ latent, contested, ended, cut }).filter(([, is]) => is);
  const all = ["ir-line", `ir-${line.certainty.toLowerCase()}`];
  return [...all, ...set.map(([name]) => `ir-${name}`)].join(" ");
}

/** A label around its middle: marks first, then words. */
function tag(line: Line): SVGGElement {
  const width = labelWidth(line);
  const box = { x: -width / 2, y: -LABEL / 2, width, height: LABEL, rx: LABEL / 2 };
  const made = element("g", { class: "ir-tag" }, element("rect", box));
  let x = (AROUND - width) / 2;
  for (const { name, d } of marksOf(line)) {
    made.append(element("path", { class: name, d, transform: `translate(${x + 5} 0)` }));
    x += MARK;
  }
  const { label, times, room } = wordsOn(line);
  made.append(...written(label, "label", room, { x, y: 3.8 }, times));
  if (line.ended)
    made.append(element("path", { class: "ir-strike", d: `M${x - 2} 0H${width / 2 - 6}` }));
  return made;
}

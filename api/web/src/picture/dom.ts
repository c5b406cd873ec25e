// SVG elements, and the width of texts: what drawing needs of the browser.

const NAMESPACE = "http://www.w3.org/2000/svg";

export type Attributes = Record<string, string | number>;

/** An SVG element with its attributes and what is in it. */
export function element<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...inside: (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...inside);
  return made;
}

const FAMILY = "Inter, system-ui, sans-serif";

/** The fonts of the picture, as its style sheet has them. */
const FONTS = {
  title: `600 13px ${FAMILY}`,
  sub: `400 11.5px ${FAMILY}`,
  label: `600 10.5px ${FAMILY}`,
} as const;

type Font = keyof typeof FONTS;

/** The room above and below the foot of a line of text. */
const HIGH_LINE = 16;

let pen: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();
/** How many widths are remembered. */
const REMEMBERED = 20_000;

/** The width of a text in units of the picture. */
export function widthOf(text: string, font: Font): number {
  const key = `${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size >= REMEMBERED) widths.clear();
  const found = measured(text, font);
  widths.set(key, found);
  return found;
}

function measured(text: string, font: Font): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * (font === "title" ? 7.2 : 6); // a browser without a canvas
  pen.font = FONTS[font];
  return pen.measureText(text).width;
}

/** A text that fits into a width, with an ellipsis where it is cut. */
export function fitted(text: string, font: Font, room: number): string {
  if (widthOf(text, font) <= room) return text;
  const letters = [...text]; // whole characters: no half of a surrogate pair
  let least = 0;
  let most = letters.length - 1;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (widthOf(`${letters.slice(0, middle).join("")}…`, font) <= room) least = middle;
    else most = middle - 1;
  }
  return `${letters.slice(0, least).join("").trimEnd()}…`;
}

/** A text whose first letter is of a script that runs from right to left. */
const LEFTWARDS =
  /^\P{L}*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A text as it is drawn: cut where it has no room, with the words that follow it in any case.
 *
 * The whole of it stands in the page, behind a window that ends at the cut. So it is found by a search
 * in the page, and what is written on a button is a part of the button's name.
 */
export function written(
  text: string,
  font: Font,
  room: number,
  attributes: Attributes & { x: number; y: number },
  after = "",
): SVGElement[] {
  const drawn = fitted(text, font, room);
  if (drawn === text) return [element("text", attributes, text + after)];
  const { x, y, ...rest } = attributes;
  const width = widthOf(drawn.slice(0, -1), font);
  const start = LEFTWARDS.test(text) ? { x: width, direction: "rtl" } : { x: 0 };
  const whole = element("text", { ...rest, ...start, y: HIGH_LINE }, text);
  return [
    element("svg", { x, y: y - HIGH_LINE, width, height: 2 * HIGH_LINE }, whole),
    element("text", { ...attributes, x: x + width }, `…${after}`),
  ];
}

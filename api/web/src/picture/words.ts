// The words of a picture: what is on a line, and what a screen reader says of a card and a line.
import { count } from "../words";
import type { Line, Scene, Spot } from "./scene";

/** How many grants a line stands for, where they are many: "×388". */
export const timesOf = (line: Line): string =>
  line.count && line.count > 1 ? `×${count(line.count)}` : "";

/** The words on a line: its role or relation, and how many grants it stands for. */
export const labelOf = (line: Line): string => `${line.label} ${timesOf(line)}`.trim();

const CERTAINTY = { STATED: "stated", INFERRED: "inferred", ASSOCIATED: "associated" } as const;

/** A line in words: "b@example.com is owner of BillSpring, stated, active". */
export function lineWords(line: Line, from: Spot | undefined, to: Spot | undefined): string {
  const facts = [
    CERTAINTY[line.certainty],
    line.latent ? "latent" : "active",
    ...(line.contested ? ["contested"] : []),
    ...(line.cut ? ["in the cut"] : []),
    ...(line.ended ? ["ended"] : []),
  ];
  const domain = from?.sub.match(/^@\S*/)?.[0] ?? ""; // of an email that is written on two lines
  const holds = `${from?.title ?? line.from}${domain}: ${labelOf(line) || "leads"}`;
  return `${holds} of ${to?.title ?? line.to}, ${facts.join(", ")}`;
}

/** A card in words: what is written on it, its kind, what it holds, and where it stands. */
export function spotWords(spot: Spot, place: string, holds: number, held: number): string {
  const domain = spot.sub.startsWith("@"); // of an email that is written on two lines
  const facts = [
    `${spot.title}${domain || !spot.sub ? "" : " "}${spot.sub}`,
    spot.speak ?? spot.kind,
    ...(spot.latent ? ["latent"] : []),
    ...(spot.ended ? ["ended"] : []),
    ...(holds ? [`holds ${count(holds)}`] : []),
    ...(held ? [`held by ${count(held)}`] : []),
    ...(spot.fold === "less" ? ["can be folded"] : []),
    place,
  ];
  return facts.join(", ");
}

/** A picture as a whole, and how to walk in it. */
export function sceneWords({ spots, lines }: Scene): string {
  const cards = spots.length === 1 ? "1 card" : `${count(spots.length)} cards`;
  const joins = lines.length === 1 ? "1 line" : `${count(lines.length)} lines`;
  return (
    `Picture of ${cards} and ${joins}. Left and right walk along lines, up and down within a column. ` +
    "Enter picks, Escape picks nothing, plus and minus open and close."
  );
}

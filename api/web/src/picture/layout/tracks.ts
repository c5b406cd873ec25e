// Tracks: the course of a line between two cards, as a path of SVG, with the places of its label and its head.
import { HIGH, LABEL, LOOP, PAD, TIP, WIDE } from "./measures";

export interface Point {
  x: number;
  y: number;
}

/** The course of a line from the card near the root to the one far from it. */
export interface Track {
  near: string;
  far: string;
  /** 1 where the far card stands to the right of the near one, -1 where to the left. */
  sign: 1 | -1;
  /** The end at which the arrowhead is. */
  head: "near" | "far";
  turned: boolean;
  /** Above or below the middle of a card: where it leaves the near one, its straight piece, where it enters. */
  leave: number;
  port: number;
  enter: number;
  /** The lengths before the far card: of the straight piece, and in it of the last curve. */
  lead: number;
  fan: number;
  /** The width of the label, 0 for none. */
  label: number;
  /** The columns that it passes: their near edges. */
  bends: (Point & { lead: number })[];
  /** On a line from a card to itself: which one it is, counted from the card. */
  loop: number;
}

export interface Course {
  d: string;
  /** The tip of the arrowhead, and its direction in degrees. */
  tip: Point & { turn: number };
  /** The middle of the label. */
  label: Point;
}

/** The course of a track between the left edges and middles of its cards. */
export function course(track: Track, near: Point, far: Point): Course {
  return track.loop ? around(track, near) : across(track, near, far);
}

function across(track: Track, near: Point, far: Point): Course {
  const { sign, head } = track;
  const edge = ({ x }: Point) => sign * (sign > 0 ? x : x + WIDE); // along the direction of columns
  const start = edge(near) + WIDE;
  const end = edge(far);
  const tips = { near: head === "near" ? TIP : 0, far: head === "far" ? TIP : 0 };
  let x = start + tips.near;
  let y = near.y + track.leave;
  let d = `M${fine(sign * x)} ${fine(y)}`;
  const straight = (to: number) => {
    x = to;
    d += `L${fine(sign * x)} ${fine(y)}`;
  };
  const curve = (toX: number, toY: number) => {
    const middle = fine(sign * ((x + toX) / 2));
    if (toY === y) straight(toX);
    else d += `C${middle} ${fine(y)} ${middle} ${fine(toY)} ${fine(sign * toX)} ${fine(toY)}`;
    x = toX;
    y = toY;
  };
  for (const bend of track.bends) {
    const left = sign * bend.x;
    curve(left - bend.lead, bend.y);
    straight(left + WIDE);
  }
  curve(end - track.lead, far.y + track.port);
  if (track.fan) {
    straight(end - track.fan - TIP);
    curve(end - tips.far, far.y + track.enter);
  } else straight(end - tips.far);
  const label = end - track.fan - TIP - PAD - track.label / 2;
  const tip =
    head === "far"
      ? { x: sign * end, y: far.y + track.enter, turn: sign > 0 ? 0 : 180 }
      : { x: sign * start, y: near.y + track.leave, turn: sign > 0 ? 180 : 0 };
  return { d, tip, label: { x: sign * label, y: far.y + track.port } };
}

/** A line that leads from a card to itself: up, along, and down again. */
function around({ loop }: Track, { x, y }: Point): Course {
  const middle = x + WIDE / 2;
  const half = Math.min(WIDE / 2 - 10, 30 + 12 * loop);
  const top = y - HIGH / 2 - LOOP * loop + LABEL / 2;
  const foot = y - HIGH / 2;
  const d =
    `M${middle - half} ${foot}V${top + 8}q0 -8 8 -8H${middle + half - 8}q8 0 8 8` +
    `V${foot - TIP}`;
  return { d, tip: { x: middle + half, y: foot, turn: 90 }, label: { x: middle, y: top } };
}

/** A number as a path has it: finer than any screen, and short. */
const fine = (number: number): number => Math.round(number * 100) / 100;

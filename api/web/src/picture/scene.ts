// A scene is what a picture shows: spots and the lines between them, without any place on the screen.

export type Kind = "identity" | "business" | "account" | "group" | "more";
export type Certainty = "STATED" | "INFERRED" | "ASSOCIATED";

/** A card of the picture: a node, a business with the accounts that it keeps, or "more" of them. */
export interface Spot {
  id: string;
  kind: Kind;
  /** The first line of the card: a name or an email. */
  title: string;
  /** The second line: ids, full names. */
  sub: string;
  /** True at the two ends of what is asked. */
  end?: boolean;
  latent?: boolean;
  /** Set on what a what-if ends. */
  ended?: boolean;
  /** "more" can be opened by ten, "less" can be closed again. */
  fold?: "more" | "less";
  /** The number of nodes that a "more" card stands for. */
  count?: number;
  /** What a screen reader says in place of the kind. */
  speak?: string;
  /** What a tooltip says in place of title and sub. */
  tip?: string;
}

/** One grant, or a bundle of grants that are drawn as one line. */
export interface Line {
  /** The id of the grant, by which a pick is told. */
  id: string;
  from: string;
  to: string;
  /** The words on the line: the role or the relation. */
  label: string;
  certainty: Certainty;
  latent?: boolean;
  contested?: boolean;
  /** Set on a grant that is imagined away, and on what ends with it. */
  ended?: boolean;
  /** Set on the grants of the smallest cut. */
  cut?: boolean;
  /** The number of grants that the line stands for. */
  count?: number;
  /** What a tooltip says besides the words of the line, such as its records. */
  tip?: string;
}

export interface Scene {
  /** The spot from which columns are counted. */
  root: string;
  /** True where the root is the resource: holders stand to the left of what they hold. */
  inverse?: boolean;
  /** The lines of one way that is marked while nothing is picked. */
  way?: readonly string[];
  spots: readonly Spot[];
  /** The ends of each are among the spots; no id is that of a spot or of another line. */
  lines: readonly Line[];
}

/** What someone does in a picture. */
export interface Handlers {
  /** A spot or a line is picked, or nothing any more. */
  pick(picked: { spot: Spot } | { line: Line } | null): void;
  /** A fold is opened by ten, or as a whole; or closed. */
  unfold(spot: Spot, all: boolean): void;
}

/** A picture that stands in a host element. */
export interface Picture {
  /** Shows a scene. With an anchor, what is there stays, and the anchor keeps its place on the screen. */
  show(scene: Scene, anchor?: string): void;
  /** Marks a spot or a line and all ways through it; null marks nothing. Tells no handler. */
  pick(id: string | null): void;
  /** Brings a spot into sight and gives it the focus. */
  focus(id: string): void;
  fit(): void;
  zoom(factor: number): void;
  /** The picture as one SVG file that looks the same anywhere. */
  svg(): string;
  destroy(): void;
}

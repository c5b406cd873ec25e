// The views of the explorer, each with the place that it is for.
import type { ComponentType } from "preact";
import type { Location } from "../state/location";
import { ChangesView } from "./changes/changes";
import { FindingsView } from "./findings/findings";
import { Start } from "./start/start";

export interface View {
  /** The name in a link. */
  name: string;
  /** The word on its tab; none if only questions lead to it. */
  tab?: string;
  component: ComponentType;
}

export const VIEWS: readonly View[] = [
  { name: "start", component: Start },
  { name: "findings", tab: "Findings", component: FindingsView },
  { name: "changes", tab: "Changes", component: ChangesView },
];

/** The name of the view of a place: the one that it names, else what is asked decides. */
export function viewOf(place: Location): string {
  return place.view ?? (place.who ? (place.to ? "proof" : "answer") : "start");
}

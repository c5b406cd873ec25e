// The views of the explorer, each with the place that it is for.
import type { ComponentType } from "preact";
import type { Location } from "../state/location";
import { Answer } from "./answer/answer";
import { Matrix } from "./matrix/matrix";
import { Proof } from "./proof/proof";
import { Query } from "./query/query";
import { Start } from "./start/start";
import { WhatIf } from "./what_if/what_if";

export interface View {
  /** The name in a link. */
  name: string;
  /** The word on its tab; none if only questions lead to it. */
  tab?: string;
  component: ComponentType;
}

export const VIEWS: readonly View[] = [
  { name: "start", component: Start },
  { name: "answer", component: Answer },
  { name: "proof", component: Proof },
  { name: "what-if", tab: "What if", component: WhatIf },
  { name: "matrix", tab: "Matrix", component: Matrix },
  { name: "query", tab: "Query", component: Query },
];

/** The name of the view of a place: the one that it names, else what is asked decides. */
export function viewOf(place: Location): string {
  return place.view ?? (place.who ? (place.to ? "proof" : "answer") : "start");
}

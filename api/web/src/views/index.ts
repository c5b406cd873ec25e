// The views of the explorer, each with the place that it is for.
import type { ComponentType } from "preact";
import type { Location } from "../state/location";
import { Answer } from "./answer/answer";
import { later } from "./later";
import { Proof } from "./proof/proof";
import { Start } from "./start/start";

export interface View {
  /** The name in a link. */
  name: string;
  /** The word on its tab; none if only questions lead to it. */
  tab?: string;
  /** True if its tab keeps who or what is asked about. */
  about?: boolean;
  component: ComponentType;
}

export const VIEWS: readonly View[] = [
  { name: "start", component: Start },
  { name: "answer", component: Answer },
  { name: "proof", component: Proof },
  {
    name: "findings",
    tab: "Findings",
    about: true,
    component: later(async () => (await import("./findings/findings")).FindingsView),
  },
  {
    name: "changes",
    tab: "Changes",
    about: true,
    component: later(async () => (await import("./changes/changes")).ChangesView),
  },
  {
    name: "what-if",
    tab: "What if",
    component: later(async () => (await import("./what_if/what_if")).WhatIf),
  },
  {
    name: "review",
    tab: "Review",
    about: true,
    component: later(async () => (await import("./review/review")).Review),
  },
  {
    name: "matrix",
    tab: "Matrix",
    component: later(async () => (await import("./matrix/matrix")).Matrix),
  },
  {
    name: "query",
    tab: "Query",
    component: later(async () => (await import("./query/desk")).Desk),
  },
];

/** The name of the view of a place: the one that it names, else what is asked decides. */
export function viewOf(place: Location): string {
  return place.view ?? (place.who ? (place.to ? "proof" : "answer") : "start");
}

// What a screen reader is told: the place that one comes to, and its answer once that is there.
import { effect, signal } from "@preact/signals";
import { asking } from "../../state/question";

/** The text of the page's live region. */
export const announced = signal("");

/** Milliseconds without an open question after which an answer is told. */
const REST = 300;

/** Tells the heading of the view whenever all that was asked is answered. */
export function followAnswers(): void {
  effect(() => {
    if (asking.value) return;
    const rest = setTimeout(() => {
      announced.value = heading()?.textContent ?? "";
    }, REST);
    return () => clearTimeout(rest);
  });
}

/** The heading of the view that is shown. */
export function heading(): HTMLElement | null {
  return document.querySelector("#view h2, #view h1");
}

/**
 * Moves the focus to the heading of the view that a link or a choice led to. A focus that is in the
 * view stays, as that of someone who walks through its rows.
 */
export function enter(): void {
  const view = document.getElementById("view");
  if (!view || (document.activeElement !== view && view.contains(document.activeElement))) return;
  const target = heading() ?? view;
  if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// What a screen reader is told: the place that one comes to, and its answer once that is there.
import { effect, signal } from "@preact/signals";
import { asking } from "../../state/question";

/** The text of the page's live region. */
export const announced = signal("");

/** Milliseconds without an open question after which an answer is told. */
const REST = 300;

/** True while the focus waits on the view for the heading of an answer. */
let waiting = false;

/**
 * Tells the heading of the view whenever all that was asked is answered. Where it is given the focus
 * that tells it already.
 */
export function followAnswers(): void {
  effect(() => {
    if (asking.value) return;
    const rest = setTimeout(() => {
      const title = heading();
      const entered = waiting && isFree() && title !== null;
      waiting = false;
      announced.value = entered ? "" : (title?.textContent ?? "");
      if (entered) focus(title);
    }, REST);
    return () => clearTimeout(rest);
  });
}

/** The heading of the view that is shown. */
export function heading(): HTMLElement | null {
  return document.querySelector("#view h2, #view h1");
}

/**
 * Moves the focus to the heading of the view that a link or a choice led to, once it has its answer.
 * A focus that is in the view stays, as that of someone who walks through its rows.
 */
export function enter(): void {
  const view = document.getElementById("view");
  if (!view || (document.activeElement !== view && view.contains(document.activeElement))) return;
  waiting = asking.peek() > 0; // what stands there until then goes, and would take the focus along
  focus((!waiting && heading()) || view);
}

/** True if nobody has moved the focus since. */
function isFree(): boolean {
  return [document.getElementById("view"), document.body].includes(
    document.activeElement as HTMLElement,
  );
}

function focus(target: HTMLElement): void {
  if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

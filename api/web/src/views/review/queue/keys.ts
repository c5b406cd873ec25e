// The keys of a queue, and what each one does.
import type { ReviewVerdict } from "../../../generated/operations";

export type Verdict = Exclude<ReviewVerdict, "WITHDRAWN">;

export type Action =
  | { does: "decide"; verdict: Verdict; many: boolean }
  | { does: "next" | "mark" | "undo" | "filter" | "help" };

/** The keys with their words, as the help lists them. */
export const HELP: readonly [keys: string, what: string][] = [
  ["k", "keep"],
  ["r", "revoke, with a reason"],
  ["u", "unsure, with a reason"],
  ["j", "next open item"],
  ["↑ ↓ Home End", "move in the list"],
  ["m", "select this item, and go on"],
  ["K R U", "decide all that is selected, for one reason"],
  ["z", "take your last decision back"],
  ["f", "filter by a text"],
  ["Esc", "leave a reason: what you typed stays"],
  ["?", "these keys"],
];

const ACTIONS: Readonly<Record<string, Action>> = {
  k: { does: "decide", verdict: "KEEP", many: false },
  r: { does: "decide", verdict: "REVOKE", many: false },
  u: { does: "decide", verdict: "UNSURE", many: false },
  K: { does: "decide", verdict: "KEEP", many: true },
  R: { does: "decide", verdict: "REVOKE", many: true },
  U: { does: "decide", verdict: "UNSURE", many: true },
  j: { does: "next" },
  m: { does: "mark" },
  z: { does: "undo" },
  f: { does: "filter" },
  "?": { does: "help" },
};

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">;

/** What a key does; null if it is no key of a queue, is held down, or belongs to the browser. */
export function actionOf({ key, ctrlKey, metaKey, altKey, repeat }: Pressed): Action | null {
  if (ctrlKey || metaKey || altKey) return null;
  const action = Object.hasOwn(ACTIONS, key) ? ACTIONS[key] : undefined;
  if (!action || (repeat && action.does === "decide")) return null;
  return action;
}

/** True if keys are text where they go: then they are no keys of a queue. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, dialog, dialog *"))
  );
}

// A button that copies a text, and says that it did.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { copied } from "../state/clipboard";

interface Props {
  /** The text, or what makes it when it is wanted. */
  text: string | (() => string);
  /** What a screen reader says in place of the button's words. */
  label?: string;
  children: ComponentChildren;
}

/** Milliseconds for which the button says what happened. */
const TOLD = 2_000;

export function Copy({ text, label, children }: Props) {
  const told = useSignal("");
  const copy = async () => {
    told.value = (await copied(typeof text === "string" ? text : text()))
      ? "Copied"
      : "Could not copy";
    setTimeout(() => {
      told.value = "";
    }, TOLD);
  };
  return (
    <>
      <button type="button" class="quiet copy" aria-label={label} onClick={copy}>
        {told.value || children}
      </button>
      <span class="unseen" role="status">
        {told.value}
      </span>
    </>
  );
}

// The key that closes a panel, and nothing else at once.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/**
 * Closes a panel by Escape while the focus is in it, or nowhere.
 *
 * What is open over the panel, and a field that one types in, have the key for themselves. `close` is
 * null while there is nothing to close.
 */
export function useEscape(panel: RefObject<HTMLElement | null>, close: (() => void) | null): void {
  useEffect(() => {
    if (!close) return;
    const pressed = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== "Escape" || event.defaultPrevented || !(target instanceof Element)) return;
      if (target !== document.body && !panel.current?.contains(target)) return;
      if (target.matches("input, textarea, select")) return;
      if (document.querySelector("dialog[open], :popover-open")) return;
      event.preventDefault();
      close();
      panel.current?.focus({ preventScroll: true });
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [close !== null]);
}

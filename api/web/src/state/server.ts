// The way to the server: whether it answers, and what happens once it answers again.
import { batch, effect, signal } from "@preact/signals";

/** True from a request that nobody answered to the first one that the server answers. */
export const lost = signal(false);

/** Counts how often the server came back; what failed meanwhile is then asked again. */
export const back = signal(0);

/** Whether somebody can see this page. */
export const visible = signal(globalThis.document?.visibilityState !== "hidden");

/** Notes that a request was answered, whatever the answer. */
export function heard(): void {
  if (!lost.peek()) return;
  batch(() => {
    lost.value = false;
    back.value = back.peek() + 1;
  });
}

/** Notes that a request was not answered. */
export function unheard(): void {
  lost.value = true;
}

/** Milliseconds before the tries number 1, 2, 3…: each waits twice as long, up to half a minute. */
export function pause(tries: number): number {
  return Math.min(1_000 * 2 ** (tries - 1), 30_000);
}

/** Follows whether the page is seen, and asks a silent server now and then, while it is. */
export function followServer(): void {
  document.addEventListener("visibilitychange", () => {
    visible.value = document.visibilityState !== "hidden";
  });
  effect(() => {
    if (!lost.value || !visible.value) return;
    let tries = 1;
    let timer = setTimeout(probe, pause(tries));
    async function probe() {
      try {
        await fetch("healthz", { cache: "no-store", credentials: "omit" });
        heard();
      } catch {
        tries++;
        timer = setTimeout(probe, pause(tries));
      }
    }
    return () => clearTimeout(timer);
  });
}

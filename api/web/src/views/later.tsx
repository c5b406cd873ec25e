// A view whose script is loaded when it is first opened.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Trouble } from "../components/trouble";
import { Problem, problemOf } from "../state/problem";

/** The component that loads another one, says so while it is awaited, and can try again. */
export function later(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<ComponentType | null>(null);
  const problem = signal<Problem | null>(null);

  async function get(): Promise<void> {
    problem.value = null;
    try {
      loaded.value = await load();
    } catch (thrown) {
      const why = problemOf(thrown).message;
      problem.value = new Problem("PAGE_ERROR", `This view could not be loaded: ${why}`, 0);
    }
  }

  return function Later() {
    useEffect(() => {
      if (!loaded.peek()) get();
    }, []);
    const Loaded = loaded.value;
    if (Loaded) return <Loaded />;
    return (
      <main>
        {problem.value ? (
          <Trouble problem={problem.value} again={get} />
        ) : (
          <p class="waiting">Loading this view…</p>
        )}
      </main>
    );
  };
}

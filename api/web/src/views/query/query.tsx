// The view in which one writes questions of one's own. All of it is loaded when it is first opened.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Trouble } from "../../components/trouble";
import { Problem, problemOf } from "../../state/problem";

const desk = signal<ComponentType | null>(null);
const problem = signal<Problem | null>(null);

async function load(): Promise<void> {
  problem.value = null;
  try {
    desk.value = (await import("./desk")).Desk;
  } catch (thrown) {
    const why = problemOf(thrown).message;
    problem.value = new Problem("PAGE_ERROR", `The editor could not be loaded: ${why}`, 0);
  }
}

export function Query() {
  useEffect(() => {
    if (!desk.peek()) load();
  }, []);
  const Desk = desk.value;
  if (Desk) return <Desk />;
  return (
    <main>
      {problem.value ? (
        <Trouble problem={problem.value} again={load} />
      ) : (
        <p class="waiting">Loading the editor…</p>
      )}
    </main>
  );
}

// The runs of this session. They stay in memory and end with the page.
import { signal } from "@preact/signals";

export interface Past {
  text: string;
  variables: string;
  /** The name of the operation, or the first line of the text. */
  title: string;
  when: Date;
}

/** The most runs that are kept. */
const KEPT = 50;

export const history = signal<readonly Past[]>([]);

/** Adds a run as the newest one; an equal earlier one goes. */
export function keep(past: Past): void {
  const others = history
    .peek()
    .filter((each) => each.text !== past.text || each.variables !== past.variables);
  history.value = [past, ...others].slice(0, KEPT);
}

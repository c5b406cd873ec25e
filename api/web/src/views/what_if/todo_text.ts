// What is to be done in the service, as a checklist in Markdown: Inroads itself changes nothing there.
import { visible } from "../../visible";
import type { WhatIf } from "./rows";

export type Removed = WhatIf["removed"][number];

export interface Task {
  key: string;
  record: string;
  action: string;
  /** Where the record stands. */
  source: string;
  pointer: string;
  /** The record's own link, which is untrusted text and never called. */
  destroy: string | null;
}

/** The tasks in the order of the grants; a record that states several grants is one task. */
export function tasksOf(removed: readonly Removed[]): Task[] {
  const found = new Map<string, Task>();
  for (const remedy of removed.flatMap((grant) => grant.remediation)) {
    const key = `${remedy.record}|${remedy.action}`;
    if (!found.has(key)) found.set(key, { key, ...remedy });
  }
  return [...found.values()];
}

export function todoText(
  removed: readonly Removed[],
  notes: readonly string[],
  link: string,
): string {
  const tasks = tasksOf(removed).map(
    ({ record, action, source, pointer, destroy }) =>
      `- [ ] ${escaped(record)}: ${escaped(action)}${destroy ? ` (its own link: ${quoted(destroy)})` : ""}\n` +
      `      ${quoted(`${source} ${pointer}`)}`,
  );
  return [
    "## To do in the service",
    "",
    ...tasks,
    "",
    ...notes.map((note) => `> ${escaped(note)}`),
    ...(notes.length ? [""] : []),
    link,
    "",
  ].join("\n");
}

/** Text of documents must not become a link, an image or HTML in somebody's ticket. */
const escaped = (text: string): string => visible(text).replace(/[\\`*_[\]<>!|#~]/g, "\\$&");

/** A text that is shown letter by letter. */
function quoted(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}
